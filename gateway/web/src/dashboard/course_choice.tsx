import { strings } from "../strings";
import type { Page } from "../ui/start_page";

/** The choice of a course: an instructor's own ones first. */
export function CourseChoice({ page, go }: { page: Page; go: (search: Record<string, string>) => void }) {
  void page;
  void go;
  return <h1>{strings.common.pages.dashboard}</h1>;
}
