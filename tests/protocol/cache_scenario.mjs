// What a normalised cache must show after reads, writes and events. A suite for each client runs it.
//
// The client: `fetch` and `mutate` send an operation, `cached` reads without a request, `watched` resolves when what the
// cache shows fits, `subscribe` starts a subscription and returns how to end it.
import assert from "node:assert/strict";
import { env } from "node:process";
import { randomUUID } from "node:crypto";

import { test } from "./test_with_timeout.mjs";
import { takeWarnings } from "./warnings.mjs";

const registration = env.REGISTRATION;
const here = { registration };
const sentHeaders = new Set();
let requests = 0;

const fetchOnce = globalThis.fetch;
globalThis.fetch = (...request) => {
  requests += 1;
  for (const name of new Headers(request[1].headers).keys()) sentHeaders.add(name);
  return fetchOnce(...request);
};

function itemsOf({ enrollment }) {
  return Object.fromEntries(enrollment.items.edges.map(({ node }) => [node.itemKey, node]));
}

// `degraded`: a client of a gateway whose profiles cannot be read.
export function runScenario(client, degraded) {
  // What the cache shows of the enrolment. It must not need a request for it.
  async function shown() {
    const before = requests;
    const data = await client.cached("LESSON", here);
    assert.equal(requests, before);
    return data;
  }

  test("an attempt changes what the cache shows", async () => {
    const { enrollment } = await client.fetch("LESSON", here);
    assert.equal(enrollment.progress.score, null);
    assert.equal(itemsOf({ enrollment }).quiz.state, "NOT_STARTED");

    const id = randomUUID();
    const input = { id, registration, itemKey: "quiz", score: 0.75, at: "2026-03-30T10:00:00Z" };
    const { submitAttempt } = await client.mutate("SUBMIT", { input });
    assert.deepEqual(submitAttempt.errors, []);
    assert.deepEqual(await client.mutate("SUBMIT", { input }), { submitAttempt }); // as after a lost answer

    const now = await shown();
    assert.equal(now.enrollment.progress.score, 0.75);
    assert.equal(itemsOf(now).quiz.state, "PASSED");
    assert.equal(itemsOf(now).quiz.latestScore, 0.75);
  });

  test("recorded events change what the cache shows", async () => {
    assert.notEqual(itemsOf(await shown()).video.state, "COMPLETED");
    const event = { id: randomUUID(), registration, verb: "COMPLETED", itemKey: "video", at: "2026-03-30T10:30:00Z" };
    const { recordInteractions } = await client.mutate("RECORD", { input: { events: [event] } });
    assert.deepEqual(recordInteractions.errors, []);
    assert.equal(recordInteractions.results[0].status, "ACCEPTED");
    const again = await client.mutate("RECORD", { input: { events: [event] } });
    assert.equal(again.recordInteractions.results[0].status, "DUPLICATE");

    const now = await shown();
    assert.equal(itemsOf(now).video.state, "COMPLETED");
    assert.equal(now.enrollment.progress.completion, 1);
  });

  test("an event changes what the cache shows", async () => {
    const before = requests;
    const unsubscribe = client.subscribe("WATCH", here); // the Python test then passes the quiz with 0.93
    await client.watched("LESSON", here, (data) => itemsOf(data).quiz.latestScore === 0.93);
    unsubscribe();
    assert.equal((await shown()).enrollment.progress.score.toFixed(3), "0.930");
    assert.ok(requests <= before + 1); // graphql-sse sends one
  });

  test("two pages are one list, and another order is another list", async () => {
    const grid = { course: env.COURSE, orderBy: { field: "LAST_ACTIVITY", direction: "DESC" } };
    const first = (await client.fetch("GRID", grid)).enrollments;
    assert.equal(first.edges.length, 25);
    assert.ok(first.pageInfo.hasNextPage);
    await client.fetch("GRID", { ...grid, after: first.pageInfo.endCursor });
    await client.fetch("GRID", { ...grid, orderBy: { ...grid.orderBy, direction: "ASC" } });

    const { edges, pageInfo } = (await client.cached("GRID", grid)).enrollments;
    assert.equal(edges.length, 50);
    assert.equal(new Set(edges.map(({ node }) => node.id)).size, 50);
    assert.ok(edges.every(({ node }) => node.learner.displayName));
    const times = edges.map(({ node }) => node.progress.lastActivityAt);
    assert.deepEqual(times, [...times].sort().reverse());
    assert.notEqual(pageInfo.endCursor, first.pageInfo.endCursor);
  });

  test("a store that is down costs its own fields", async () => {
    const { edges } = (await degraded.fetch("GRID", { course: env.COURSE })).enrollments;
    assert.equal(edges.length, 25);
    for (const { node } of edges) {
      assert.equal(node.learner.displayName ?? null, null);
      assert.ok(node.progress.completion > 0);
    }
  });

  test("pages of a listed origin may send these requests", () => {
    const allowed = env.ALLOWED_HEADERS.toLowerCase().split(" ");
    assert.deepEqual([...sentHeaders].filter((name) => !allowed.includes(name)), []);
    assert.ok(sentHeaders.has("authorization"));
  });

  test("the client had nothing to warn of", () => assert.deepEqual(takeWarnings(), []));
}

export function runVersions(client) {
  test("the newest version of a course does not replace the one that an enrolment is pinned to", async () => {
    const pinned = await client.fetch("PINNED", here);
    assert.equal(pinned.enrollment.course.version, 1);
    const newest = await client.fetch("NEWEST", { course: env.COURSE });
    assert.equal(newest.course.version, 2);
    assert.deepEqual(await client.cached("PINNED", here), pinned);
    assert.deepEqual(await client.cached("NEWEST", { course: env.COURSE }), newest);
  });
}
