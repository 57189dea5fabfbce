import { useMemo } from "preact/hooks";

import type { Page } from "../ui/start_page";
import { CourseFeed } from "./course_feed";
import { addressOf } from "./place";
import { CourseOverview } from "./summary/course_overview";

/** A course: its numbers and charts, and its learners. */
export function CoursePage({ page, course, go }: { page: Page; course: string; go: (search: Record<string, string>) => void }) {
  const feed = useMemo(() => new CourseFeed(page.live, course), [page, course]);
  void go;
  void addressOf;
  return <CourseOverview page={page} course={course} feed={feed} />;
}
