import { useEffect, useMemo, useState } from "preact/hooks";

import coursesDocument from "../../../documents/dashboard_courses.graphql";
import { anyFault, faultAt } from "../../graphql/fault";
import { strings } from "../../strings";
import { FaultNotice } from "../../ui/fault_notice";
import type { Page } from "../../ui/start_page";
import { useAnswer } from "../../ui/use_answer";
import type { Go, Place } from "../place";
import { type ListedCourse, CourseList } from "./course_list";
import { containsText } from "./contains_text";

const text = strings.dashboard.choice;
const TYPING = 250;

interface Choice {
  readonly page: Page;
  readonly place: Place;
  readonly go: Go;
}

/** The choice of a course: an instructor's own ones first. The search and the page are in the address. */
export function CourseChoice({ page, place, go }: Choice) {
  const title = place.search.get("title") ?? "";
  const after = place.search.get("after");
  const [typed, setTyped] = useState(title);
  useEffect(() => setTyped(title), [title]);
  useEffect(() => {
    if (typed === title) return undefined;
    const timer = setTimeout(() => go(typed ? { title: typed } : {}, { replace: true }), TYPING);
    return () => clearTimeout(timer);
  }, [typed, title, go]);
  const { answer, readAgain } = useAnswer(page.client, coursesDocument, { title: title || null, after });
  const viewer = answer?.data?.viewer;
  const found = answer?.data?.courses;
  const own = useMemo(() => listed(viewer?.courses?.edges).filter((course) => containsText(course.title ?? course.key, title)), [viewer, title]);
  const fault = answer && (faultAt(answer.faults, "courses") ?? faultAt(answer.faults, "viewer", "courses") ?? (answer.data ? undefined : anyFault(answer.faults)));
  const ownKeys = new Set(listed(viewer?.courses?.edges).map(({ key }) => key));
  const others = listed(found?.edges).filter(({ key }) => !ownKeys.has(key));
  const nothing = found && own.length + others.length === 0;
  const next = found?.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
  return (
    <section aria-busy={answer === undefined} class="choice">
      <h1>{text.title}</h1>
      <form role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{text.search}</span>
          <input type="search" value={typed} maxLength={200} autoComplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      </form>
      {answer === undefined && <p class="quiet">{strings.common.loading}</p>}
      {own.length > 0 && <CourseList page={page} go={go} title={text.own} courses={own} />}
      {fault && <FaultNotice fault={fault} onRetry={readAgain} />}
      {viewer?.role === "INSTRUCTOR" && ownKeys.size === 0 && !fault && <p class="notice">{text.noneOfYours}</p>}
      {nothing && <p class="card quiet">{title ? text.noMatch(title) : text.noCourses}</p>}
      {others.length > 0 && <CourseList page={page} go={viewer?.role === "ADMIN" ? go : null} title={own.length > 0 || ownKeys.size > 0 ? text.others : text.all} courses={others} />}
      {(after || next) && (
        <p class="pager">
          {after && (
            <button type="button" onClick={() => go(title ? { title } : {})}>
              {text.first}
            </button>
          )}
          {next && (
            <button type="button" onClick={() => go({ ...(title ? { title } : {}), after: next })}>
              {text.more}
            </button>
          )}
        </p>
      )}
    </section>
  );
}

function listed(edges: readonly { readonly node: ListedCourse }[] | undefined): readonly ListedCourse[] {
  return (edges ?? []).map(({ node }) => node);
}
