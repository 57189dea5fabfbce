import { useMemo, useState } from "preact/hooks";

import type { Role } from "../documents";
import { strings } from "../strings";
import type { Page } from "../ui/start_page";
import { CourseFeed } from "./course_feed";
import { LearnersGrid } from "./grid/learners_grid";
import { LiveLine } from "./live/live_line";
import { type Go, type Place } from "./place";
import { PlaceLink } from "./place_link";
import { CourseOverview } from "./summary/course_overview";

interface Course {
  readonly page: Page;
  readonly place: Place;
  readonly course: string;
  readonly go: Go;
  readonly role: Role | undefined;
}

/** A course: its numbers, its learners, and its charts. */
export function CoursePage({ page, place, course, go, role }: Course) {
  const feed = useMemo(() => new CourseFeed(page.live, course), [page, course]);
  const [average, setAverage] = useState<number | null>(null);
  return (
    <>
      <div class="course-head">
        <PlaceLink page={page} go={go} search={{}}>
          {strings.dashboard.choice.back}
        </PlaceLink>
        <LiveLine feed={feed} />
      </div>
      <CourseOverview page={page} course={course} feed={feed} onAverage={setAverage}>
        <LearnersGrid page={page} course={course} feed={feed} place={place} go={go} role={role} average={average} />
      </CourseOverview>
    </>
  );
}
