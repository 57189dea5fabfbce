import { useMemo, useRef, useState } from "preact/hooks";

import overviewDocument from "../../documents/learn_overview.graphql";
import { faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import type { Page } from "../ui/start_page";
import { useAnswer } from "../ui/use_answer";
import { useRetry } from "../ui/use_retry";
import { ActivityCard } from "./activity_card";
import { Certificates } from "./certificates";
import { CourseCard } from "./course_card";
import { CourseList } from "./course_list";
import { type Course, lastVisited, withMoved } from "./courses";
import { Loading } from "./loading";
import { ResumeCard } from "./resume_card";
import { useLiveChanges } from "./use_live_changes";

const text = strings.learn;
const DAYS_SHOWN = 182;
const DAY = 86_400_000;

/** A learner's page: where to continue, the courses, one course in full, activity and certificates. */
export function Learn({ page }: { page: Page }) {
  const range = useMemo(() => lastDays(new Date()), []);
  const { answer, readAgain } = useAnswer(page.client, overviewDocument, { range });
  useRetry(answer?.faults, readAgain);
  const me = answer?.data?.me;
  const read = useLast(me?.enrollments)?.edges.map(({ node }) => node);
  const { moved, changes } = useLiveChanges(page.live, me?.id, read, readAgain);
  const [chosen, setChosen] = useState(() => new URLSearchParams(window.location.search).get("course"));

  if (!answer) return <Loading />;
  const fault = faultAt(answer.faults, "me", "enrollments");
  if (!read && !fault) return <NoLearner page={page} />;
  const activity = <ActivityCard me={me} faults={answer.faults} onRetry={readAgain} />;
  if (!read) {
    return (
      <>
        {fault && <FaultNotice fault={fault} onRetry={readAgain} />}
        {me && activity}
      </>
    );
  }
  if (read.length === 0) {
    return answer.data?.viewer.role === "LEARNER" ? <p class="card">{text.empty}</p> : <NoLearner page={page} />;
  }
  const courses = withMoved(read, moved);
  const course = courses.find(({ courseKey }) => courseKey === chosen) ?? lastVisited(courses);
  const choose = ({ courseKey }: Course) => {
    window.history.replaceState(null, "", `/learn?${new URLSearchParams({ course: courseKey })}`);
    setChosen(courseKey);
  };
  return (
    <div class="learn">
      {fault && <FaultNotice fault={fault} onRetry={readAgain} />}
      <ResumeCard courses={courses} faults={answer.faults} />
      <CourseList courses={courses} faults={answer.faults} chosen={course} onChoose={choose} />
      {course && <CourseCard key={course.registration} page={page} course={course} changes={changes} />}
      <div class="aside">
        {activity}
        <Certificates courses={courses} faults={answer.faults} />
      </div>
    </div>
  );
}

/** The last value that was there: what was read stays while a store does not answer. */
function useLast<Value>(value: Value | null | undefined): Value | null | undefined {
  const last = useRef(value);
  if (value) last.current = value;
  return last.current;
}

function NoLearner({ page }: { page: Page }) {
  return (
    <p class="card">
      {text.noLearner} {page.settings.demo && <a href="/">{text.chooseRole}</a>}
    </p>
  );
}

/** The last days, today included. In any zone as many days overlap this range. */
function lastDays(now: Date): { from: string; to: string } {
  return { from: new Date(now.getTime() - (DAYS_SHOWN - 1) * DAY).toISOString(), to: now.toISOString() };
}
