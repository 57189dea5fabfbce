// graphql-transport-ws with the client of its reference implementation, `graphql-ws`.
import assert from "node:assert/strict";
import { env } from "node:process";

import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { waitForTest } from "./wait_for_test.mjs";
import { test } from "./test_with_timeout.mjs";
import { PASSED, WATCH } from "./subscription.mjs";

const url = env.GRAPHQL_URL.replace("http", "ws");
const connectionParams = { Authorization: env.AUTHORIZATION };
const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, lazy: false, retryAttempts: 0 });

// The operation's first event; the client then completes the operation.
async function first(events) {
  for await (const event of events) return event;
}

test("a query and a mutation are answered", async () => {
  const query = await first(client.iterate({ query: "{ courses(first: 1) { edges { node { title } } } }" }));
  assert.deepEqual(query, { data: { courses: { edges: [{ node: { title: "Algebra" } }] } } });
  const mutation = 'mutation { endSession(input: { sessionId: "none" }) { errors { code } } }';
  assert.deepEqual(Object.keys(await first(client.iterate({ query: mutation }))), ["data"]);
});

test("an invalid operation ends with errors, and the socket stays open", async () => {
  await assert.rejects(first(client.iterate({ query: "{ nothingOfTheKind }" })), ([{ message }]) =>
    message.includes("nothingOfTheKind"),
  );
  assert.deepEqual(await first(client.iterate({ query: "{ __typename }" })), { data: { __typename: "Query" } });
});

test("every ping is answered", async () => {
  const pinging = createClient({ url, webSocketImpl: WebSocket, connectionParams, lazy: false, keepAlive: 1 });
  let left = 3;
  await new Promise((resolve) => pinging.on("pong", (received) => received && (left -= 1) === 0 && resolve()));
  pinging.dispose();
});

test("a subscription delivers another client's write until it is completed", async () => {
  assert.deepEqual(await first(client.iterate(WATCH)), PASSED);
  await waitForTest(); // the socket is open, and the gateway has ended the subscription
  assert.deepEqual(await first(client.iterate({ query: "{ __typename }" })), { data: { __typename: "Query" } });
});
