import type { Page } from "../ui/start_page";
import { CourseChoice } from "./course_choice";
import { CoursePage } from "./course_page";
import { LearnerPage } from "./learner/learner_page";
import { usePlace } from "./place";

/** The view that the address names: the choice of a course, a course, or a learner in it. */
export function Dashboard({ page }: { page: Page }) {
  const [{ course, registration }, go] = usePlace();
  if (registration) return <LearnerPage page={page} registration={registration} />;
  if (course) return <CoursePage key={course} page={page} course={course} go={go} />;
  return <CourseChoice page={page} go={go} />;
}
