// The subscription of the suites, and its event when the learner passes the quiz.
import { env } from "node:process";

export const WATCH = {
  query: `subscription ($registration: UUID) {
    progressUpdated(registration: $registration) { registration changed { itemKey state } }
  }`,
  variables: { registration: env.REGISTRATION },
};

export const PASSED = {
  data: { progressUpdated: { registration: env.REGISTRATION, changed: [{ itemKey: "quiz", state: "PASSED" }] } },
};
