// GraphQL over server-sent events as `graphql-sse` speaks it: a connection an operation.
import assert from "node:assert/strict";
import { env } from "node:process";

import { NetworkError, createClient } from "graphql-sse";

import { goOn } from "./go_on.mjs";
import { test } from "./timed.mjs";
import { PASSED, WATCH } from "./watching.mjs";

const TYPENAME = { query: "{ __typename }" };
const client = clientWith({ Authorization: env.AUTHORIZATION });

function clientWith(headers) {
  return createClient({ url: env.GRAPHQL_URL, headers, retryAttempts: 0 });
}

async function all(events) {
  const told = [];
  for await (const event of events) told.push(event);
  return told;
}

test("a query is a stream of one", async () => {
  assert.deepEqual(await all(client.iterate(TYPENAME)), [{ data: { __typename: "Query" } }]);
});

test("what cannot run is told in an event", async () => {
  const [{ errors }, ...more] = await all(client.iterate({ query: "{ nothingOfTheKind }" }));
  assert.match(errors[0].message, /nothingOfTheKind/);
  assert.deepEqual(more, []);
});

test("without a token: 401", async () => {
  await assert.rejects(all(clientWith({}).iterate(TYPENAME)), (error) => {
    assert.ok(error instanceof NetworkError);
    return error.response.status === 401;
  });
});

test("a subscription tells what somebody else does, until it is aborted", async () => {
  for await (const event of client.iterate(WATCH)) {
    assert.deepEqual(event, PASSED);
    break; // by which the client aborts its request
  }
  await goOn(); // nothing of it is left
  assert.deepEqual(await all(client.iterate(TYPENAME)), [{ data: { __typename: "Query" } }]);
});
