import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";

/** A learner in a course, as the instructor sees it. */
export function LearnerPage({ page, registration }: { page: Page; registration: string }) {
  void page;
  return <h1 data-registration={registration}>{strings.common.pages.dashboard}</h1>;
}
