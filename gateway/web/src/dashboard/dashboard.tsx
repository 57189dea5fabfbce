import viewerDocument from "../../documents/common_viewer.graphql";
import type { Page } from "../ui/start_page";
import { useAnswer } from "../ui/use_answer";
import { CourseChoice } from "./choice/course_choice";
import { NotForYou } from "./choice/not_for_you";
import { CoursePage } from "./course_page";
import { LearnerPage } from "./learner/learner_page";
import { usePlace } from "./place";

/** The view that the address names: the choice of a course, a course, or a learner in it. */
export function Dashboard({ page }: { page: Page }) {
  const [place, go] = usePlace();
  const { answer } = useAnswer(page.client, viewerDocument, {});
  const role = answer?.data?.viewer.role;
  if (role === "LEARNER" || role === "SERVICE") return <NotForYou role={role} />;
  if (place.registration) return <LearnerPage key={place.registration} page={page} place={place} registration={place.registration} go={go} />;
  if (place.course) return <CoursePage key={place.course} page={page} place={place} course={place.course} go={go} role={role} />;
  return <CourseChoice page={page} place={place} go={go} />;
}
