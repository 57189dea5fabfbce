import { Environment, Network, Observable, RecordSource, Store, graphql } from "relay-runtime";
import { createClient } from "graphql-ws";

// `token` is a function: it is called for each request and each connection.
export function relayEnvironment({ url, token }) {
  const authorization = () => ({ Authorization: `Bearer ${token()}` });
  const socket = createClient({ url: url.replace(/^http/, "ws"), connectionParams: authorization });
  const fetchOperation = async ({ text: query }, variables) => {
    const headers = { ...authorization(), "Content-Type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    return response.json();
  };
  const subscribe = ({ text: query }, variables) =>
    Observable.create((sink) => socket.subscribe({ query, variables }, sink));
  return new Environment({
    network: Network.create(fetchOperation, subscribe),
    store: new Store(new RecordSource()),
  });
}

export const PROGRESS = graphql`
  fragment relay_progress on Enrollment {
    state
    progress { completion score }
    items(first: 100) { edges { node { itemKey state latestScore } } }
  }
`;

export const LESSON = graphql`
  query relayLessonQuery($registration: UUID!) {
    enrollment(registration: $registration) { ...relay_progress }
  }
`;

export const SUBMIT = graphql`
  mutation relaySubmitMutation($input: SubmitAttemptInput!) {
    submitAttempt(input: $input) {
      enrollment { ...relay_progress }
      errors { code message path }
    }
  }
`;

export const RECORD = graphql`
  mutation relayRecordMutation($input: RecordInteractionsInput!) {
    recordInteractions(input: $input) {
      results { status error { code message path } }
      enrollments { ...relay_progress }
      errors { code message path }
    }
  }
`;

export const WATCH = graphql`
  subscription relayWatchSubscription($registration: UUID!, $after: String) {
    progressUpdated(registration: $registration, after: $after) {
      cursor
      progress { completion score }
      changed { itemKey state latestScore }
    }
  }
`;

export const GRID = graphql`
  query relayGridQuery($course: String!, $orderBy: EnrollmentOrder, $after: String) {
    enrollments(course: $course, orderBy: $orderBy, first: 25, after: $after) @connection(key: "grid_enrollments") {
      edges { node { id learner { displayName } progress { completion lastActivityAt } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
