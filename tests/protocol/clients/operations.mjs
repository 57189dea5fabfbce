// Every answer that changes an enrolment selects what the pages show of it, with the ids.
const PROGRESS = `
  fragment Progress on Enrollment {
    id
    state
    progress { id completion score }
    items(first: 100) { edges { node { id itemKey state latestScore } } }
  }`;

export const LESSON = `
  query Lesson($registration: UUID!) {
    enrollment(registration: $registration) { ...Progress }
  }
  ${PROGRESS}`;

export const SUBMIT = `
  mutation Submit($input: SubmitAttemptInput!) {
    submitAttempt(input: $input) {
      enrollment { ...Progress }
      errors { code message path }
    }
  }
  ${PROGRESS}`;

export const RECORD = `
  mutation Record($input: RecordInteractionsInput!) {
    recordInteractions(input: $input) {
      results { id status error { code message path } }
      enrollments { ...Progress }
      errors { code message path }
    }
  }
  ${PROGRESS}`;

export const WATCH = `
  subscription Watch($registration: UUID!, $after: String) {
    progressUpdated(registration: $registration, after: $after) {
      cursor
      progress { id completion score }
      changed { id itemKey state latestScore }
    }
  }`;

export const GRID = `
  query Grid($course: String!, $orderBy: EnrollmentOrder, $after: String) {
    enrollments(course: $course, orderBy: $orderBy, first: 25, after: $after) {
      edges { node { id learner { id displayName } progress { id completion lastActivityAt } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
