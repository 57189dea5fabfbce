// The version of a course that an enrolment is pinned to, and the newest one.
export const PINNED = `query Pinned($registration: UUID!) {
  enrollment(registration: $registration) { id course { id version title modules { id title } } }
}`;

export const NEWEST = `query Newest($course: String!) {
  course(key: $course) { id version title modules { id title } }
}`;
