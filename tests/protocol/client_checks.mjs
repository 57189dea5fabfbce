// The usual checks of a client library. test_clients.py lists them for each client.
//
// A client has `ask(document, variables)`, which resolves to `{ data, errors }`, and `first(document, variables)`, which
// resolves to the first event of a subscription and ends it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { env } from "node:process";

import { test } from "./test_with_timeout.mjs";
import { takeWarnings } from "./warnings.mjs";

const registration = env.REGISTRATION;
const here = { registration };
const LESSON = `query Lesson($registration: UUID!) { enrollment(registration: $registration) { id state } }`;
const SUBMIT = `mutation Submit($input: SubmitAttemptInput!) {
  submitAttempt(input: $input) { item { id state } errors { code } }
}`;
const NAMES = `query Names($course: String!) {
  enrollments(course: $course, first: 5) { edges { node { id learner { id displayName } } } }
}`;
const WATCH = `subscription Watch($registration: UUID!) {
  progressUpdated(registration: $registration) { registration changed { id itemKey state } }
}`;

const codes = (errors) => errors.map(({ extensions }) => extensions.code);

// What was sent since the last call, a line for each request: its method, and what names the document.
let sent = [];
export function takeRequests() {
  const taken = sent;
  sent = [];
  return taken;
}

const fetchOnce = globalThis.fetch;
globalThis.fetch = (resource, options) => {
  const { method = "GET", body } = options;
  const url = new URL(resource);
  const given = body ? JSON.parse(body) : Object.fromEntries(url.searchParams);
  const parts = ["hash", ...(given.query ? ["text"] : [])];
  sent.push([method, ...(given.extensions ? parts : parts.slice(1))].join(" "));
  return fetchOnce(resource, options);
};

export function checkOperations(client, degraded) {
  test("query", async () => {
    const { data, errors } = await client.ask(LESSON, here);
    assert.equal(errors.length, 0);
    assert.equal(data.enrollment.state, "ACTIVE");
  });

  test("mutation", async () => {
    const input = { id: randomUUID(), registration, itemKey: "quiz", score: 0.75, at: "2026-03-30T10:00:00Z" };
    const { data } = await client.ask(SUBMIT, { input });
    assert.deepEqual(data.submitAttempt.errors, []);
    assert.equal(data.submitAttempt.item.state, "PASSED");
  });

  test("error with its code", async () => {
    const { data, errors } = await client.ask("query Wrong { nothingOfTheKind }");
    assert.deepEqual(codes(errors), ["GRAPHQL_VALIDATION_FAILED"]);
    assert.equal(data ?? null, null);
  });

  test("partial answer", async () => {
    const { data, errors } = await degraded.ask(NAMES, { course: env.COURSE });
    assert.equal(data.enrollments.edges.length, 5);
    for (const { node } of data.enrollments.edges) assert.equal(node.learner.displayName ?? null, null);
    assert.deepEqual([...new Set(codes(errors))], ["STORE_UNAVAILABLE"]);
  });
}

export function checkSubscription(name, client) {
  test(name, async () => {
    const { progressUpdated } = await client.first(WATCH, here); // the Python test passes the quiz
    assert.equal(progressUpdated.registration, registration);
    assert.ok(progressUpdated.changed.some(({ itemKey }) => itemKey === "quiz"));
  });
}

// `create` makes a client that has sent nothing yet. `first` and `then`: the requests for a new document, and for one
// that the gateway knows. Every check has a document of its own: what one registers, the other must not find.
export function checkHashes(name, create, { first, then }) {
  test(name, async () => {
    const document = LESSON.replace("id state", `id ${name.replaceAll(/\W/g, "_")}: state`);
    takeRequests();
    takeWarnings();
    for (const expected of [first, then]) {
      const { data, errors } = await create().ask(document, here);
      assert.equal(errors.length, 0);
      assert.ok(data.enrollment.id);
      assert.deepEqual(takeRequests(), expected);
    }
    assert.deepEqual(takeWarnings(), []);
  });
}
