// graphql-transport-ws as `graphql-ws`, its reference implementation, speaks it as a client.
import assert from "node:assert/strict";
import { env } from "node:process";

import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { goOn } from "./go_on.mjs";
import { test } from "./timed.mjs";
import { PASSED, WATCH } from "./watching.mjs";

const url = env.GRAPHQL_URL.replace("http", "ws");
const connectionParams = { Authorization: env.AUTHORIZATION };
const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, lazy: false, retryAttempts: 0 });

// The operation's first event, by which the client completes it.
async function first(events) {
  for await (const event of events) return event;
}

test("a query and a mutation are answered", async () => {
  const query = await first(client.iterate({ query: "{ courses(first: 1) { edges { node { title } } } }" }));
  assert.deepEqual(query, { data: { courses: { edges: [{ node: { title: "Algebra" } }] } } });
  const mutation = 'mutation { endSession(input: { sessionId: "none" }) { errors { code } } }';
  assert.deepEqual(Object.keys(await first(client.iterate({ query: mutation }))), ["data"]);
});

test("an operation that cannot run ends with its errors, and the socket stays", async () => {
  await assert.rejects(first(client.iterate({ query: "{ nothingOfTheKind }" })), ([{ message }]) =>
    message.includes("nothingOfTheKind"),
  );
  assert.deepEqual(await first(client.iterate({ query: "{ __typename }" })), { data: { __typename: "Query" } });
});

test("pings are answered, as often as they come", async () => {
  const pinging = createClient({ url, webSocketImpl: WebSocket, connectionParams, lazy: false, keepAlive: 1 });
  let left = 3;
  await new Promise((resolve) => pinging.on("pong", (received) => received && (left -= 1) === 0 && resolve()));
  pinging.dispose();
});

test("a subscription tells what somebody else does, until it is completed", async () => {
  assert.deepEqual(await first(client.iterate(WATCH)), PASSED);
  await goOn(); // the socket is open, and nothing runs on it any more
  assert.deepEqual(await first(client.iterate({ query: "{ __typename }" })), { data: { __typename: "Query" } });
});
