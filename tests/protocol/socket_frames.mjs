// graphql-transport-ws frame by frame, as PROTOCOL.md of `graphql-ws` describes it: each frame is one test.
import assert from "node:assert/strict";
import { once } from "node:events";
import { env } from "node:process";

import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from "graphql-ws";
import WebSocket from "ws";

import { test } from "./test_with_timeout.mjs";

const url = env.GRAPHQL_URL.replace("http", "ws");
const INIT = { type: "connection_init", payload: { Authorization: env.AUTHORIZATION } };
const QUERY = "{ __typename }";
const subscribe = (payload, id = "1") => ({ type: "subscribe", id, payload });
const text = (frame) => (typeof frame === "string" || frame instanceof Uint8Array ? frame : JSON.stringify(frame));

// What the server sends after these frames: the types of its messages up to `count`, or the code that it closes with.
async function answers(frames, count) {
  const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  await once(socket, "open");
  const received = [];
  const closed = once(socket, "close").then(([code]) => code);
  const complete = new Promise((resolve) =>
    socket.on("message", (data) => {
      const { type } = JSON.parse(data);
      if (received.push(type) === count) resolve(received);
    }),
  );
  for (const frame of frames) socket.send(text(frame));
  const answer = await Promise.race([complete, closed]);
  socket.terminate();
  return answer;
}

const CLOSED = {
  "an empty frame": ["", 4400],
  "no JSON": ["{", 4400],
  "a number": ["7", 4400],
  "null": ["null", 4400],
  "an array": ["[]", 4400],
  "a binary frame": [new TextEncoder().encode(JSON.stringify({ type: "ping" })), 4400],
  "an object without a type": [{}, 4400],
  "a type that is no string": [{ type: 7 }, 4400],
  "a type of another protocol": [{ type: "start", id: "1" }, 4400],
  "a message of the server": [{ type: "next", id: "1", payload: { data: {} } }, 4400],
  "a second handshake": [INIT, 4429],
  "a ping whose payload is no object": [{ type: "ping", payload: [] }, 4400],
  "a complete without an id": [{ type: "complete" }, 4400],
  "a subscribe without an id": [{ type: "subscribe", payload: { query: QUERY } }, 4400],
  "a subscribe with an empty id": [subscribe({ query: QUERY }, ""), 4400],
  "a subscribe whose id is a number": [subscribe({ query: QUERY }, 1), 4400],
  "a subscribe without a payload": [subscribe(undefined), 4400],
  "a subscribe whose payload is no object": [subscribe(QUERY), 4400],
  "a subscribe without a query": [subscribe({}), 4400],
  "a subscribe whose query is no string": [subscribe({ query: 7 }), 4400],
  "a subscribe whose variables are no object": [subscribe({ query: QUERY, variables: [] }), 4400],
  "a subscribe whose operationName is no string": [subscribe({ query: QUERY, operationName: 7 }), 4400],
};
for (const [problem, [frame, code]] of Object.entries(CLOSED)) {
  test(`${problem}: ${code}`, async () => assert.equal(await answers([INIT, frame], Infinity), code));
}

test("an operation before the handshake: 4401", async () =>
  assert.equal(await answers([subscribe({ query: QUERY })], Infinity), 4401));

const ANSWERED = {
  "a ping is answered": [[{ type: "ping" }], ["connection_ack", "pong"]],
  "a ping with a payload is answered": [[{ type: "ping", payload: { a: 1 } }], ["connection_ack", "pong"]],
  "a pong is not answered": [[{ type: "pong" }, { type: "ping" }], ["connection_ack", "pong"]],
  "a query ends with complete": [[subscribe({ query: QUERY })], ["connection_ack", "next", "complete"]],
  "the complete of an unknown operation is ignored": [
    [{ type: "complete", id: "7" }, { type: "ping" }],
    ["connection_ack", "pong"],
  ],
  "a document that is no GraphQL ends its operation alone": [
    [subscribe({ query: "{" }), subscribe({ query: QUERY }, "2")],
    ["connection_ack", "error", "next", "complete"],
  ],
  "a document that does not fit the schema ends its operation alone": [
    [subscribe({ query: "{ nothingOfTheKind }" }), subscribe({ query: QUERY }, "2")],
    ["connection_ack", "error", "next", "complete"],
  ],
};
for (const [name, [frames, types]] of Object.entries(ANSWERED)) {
  test(name, async () =>
    assert.deepEqual((await answers([INIT, ...frames], types.length)).toSorted(), types.toSorted()),
  );
}
