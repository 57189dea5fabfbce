// What must work where only the documents of a manifest are served. A client is as in client_checks.mjs, but takes the
// name of an operation in place of its text.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { env } from "node:process";

import { test } from "./test_with_timeout.mjs";
import { takeWarnings } from "./warnings.mjs";

const registration = env.REGISTRATION;
const texts = [];

const fetchOnce = globalThis.fetch;
globalThis.fetch = (resource, options) => {
  if (JSON.parse(options.body).query) texts.push(options.body);
  return fetchOnce(resource, options);
};

export function checkTrusted(client) {
  test("a query by its id", async () => {
    const { enrollment } = await client.ask("Lesson", { registration });
    assert.ok(enrollment);
  });

  test("a mutation by its id", async () => {
    const input = { id: randomUUID(), registration, itemKey: "quiz", score: 0.75, at: "2026-03-30T10:00:00Z" };
    const { submitAttempt } = await client.ask("Submit", { input });
    assert.deepEqual(submitAttempt.errors, []);
  });

  test("a subscription by its id", async () => {
    const { progressUpdated } = await client.first("Watch", { registration }); // the Python test passes the quiz
    assert.ok(progressUpdated.cursor);
  });

  test("no text was sent, and a text is refused", async () => {
    assert.deepEqual(texts, []);
    const headers = { Authorization: `Bearer ${env.TOKEN}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ query: "{ __typename }" });
    const answer = await (await fetchOnce(env.GRAPHQL_URL, { method: "POST", headers, body })).json();
    assert.equal(answer.errors[0].extensions.code, "UNTRUSTED_DOCUMENT");
    assert.deepEqual(takeWarnings(), []);
  });
}
