// The codes that a socket is closed with: for the client of `graphql-ws`, and for clients that break the protocol.
import assert from "node:assert/strict";
import { once } from "node:events";
import { env } from "node:process";

import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, createClient } from "graphql-ws";
import WebSocket from "ws";

import { test } from "./test_with_timeout.mjs";

const url = env.GRAPHQL_URL.replace("http", "ws");
const good = { Authorization: env.AUTHORIZATION };
const bad = { Authorization: `${env.AUTHORIZATION}x` };
const INIT = { type: "connection_init", payload: good };
const SUBSCRIBE = { type: "subscribe", id: "1", payload: { query: "{ __typename }" } };

function clientWith(options) {
  return createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
}

function answerTo(client, query) {
  return new Promise((next, error) => client.subscribe({ query }, { next, error, complete() {} }));
}

// The close code after these messages.
async function codeAfter(messages, { address = url, protocols = [GRAPHQL_TRANSPORT_WS_PROTOCOL] } = {}) {
  const socket = new WebSocket(address, protocols);
  await once(socket, "open");
  for (const message of messages) socket.send(JSON.stringify(message));
  const [code] = await once(socket, "close");
  return code;
}

for (const [problem, connectionParams] of Object.entries({ "a bad token": bad, "no token": {} })) {
  test(`${problem}: 4403`, async () => {
    const refused = answerTo(clientWith({ connectionParams }), "{ __typename }");
    await assert.rejects(refused, { code: CloseCode.Forbidden, reason: "Forbidden" });
  });
}

test("a client that reconnects with a new token is accepted", async () => {
  const tokens = [bad, good];
  const client = clientWith({ connectionParams: () => tokens.shift(), retryAttempts: 1, retryWait: async () => {} });
  assert.deepEqual(await answerTo(client, "{ __typename }"), { data: { __typename: "Query" } });
});

test("a duplicate id: 4409, which ends both operations", async () => {
  const client = clientWith({ connectionParams: good, generateID: () => "same" });
  const query = `subscription { progressUpdated(course: "course-v1:Quad+Algebra+2026") { version } }`; // none comes
  const ends = await Promise.allSettled([answerTo(client, query), answerTo(client, query)]);
  assert.deepEqual(ends.map(({ reason }) => reason?.code), [4409, 4409]);
});

test("an operation before the handshake: 4401", async () => {
  assert.equal(await codeAfter([SUBSCRIBE]), CloseCode.Unauthorized);
});

test("a second handshake: 4429", async () => {
  assert.equal(await codeAfter([INIT, INIT]), CloseCode.TooManyInitialisationRequests);
});

test("no handshake in time: 4408", async () => {
  const address = env.IMPATIENT_URL.replace("http", "ws");
  assert.equal(await codeAfter([], { address }), CloseCode.ConnectionInitialisationTimeout);
});

test("a message of another protocol: 4400", async () => {
  assert.equal(await codeAfter([INIT, { type: "start", id: "1" }]), CloseCode.BadRequest);
});

test("no subprotocol: 4406", async () => {
  assert.equal(await codeAfter([], { protocols: [] }), CloseCode.SubprotocolNotAcceptable);
});
