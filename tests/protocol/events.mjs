// GraphQL over server-sent events with the client of `graphql-sse`: one connection for each operation.
import assert from "node:assert/strict";
import { env } from "node:process";

import { NetworkError, createClient } from "graphql-sse";

import { waitForTest } from "./wait_for_test.mjs";
import { test } from "./test_with_timeout.mjs";
import { PASSED, WATCH } from "./subscription.mjs";

const TYPENAME = { query: "{ __typename }" };
const client = clientWith({ Authorization: env.AUTHORIZATION });

function clientWith(headers) {
  return createClient({ url: env.GRAPHQL_URL, headers, retryAttempts: 0 });
}

async function all(events) {
  const received = [];
  for await (const event of events) received.push(event);
  return received;
}

test("a query is a stream of one event", async () => {
  assert.deepEqual(await all(client.iterate(TYPENAME)), [{ data: { __typename: "Query" } }]);
});

test("an invalid query is an event with errors", async () => {
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

test("a subscription delivers another client's write until it is aborted", async () => {
  for await (const event of client.iterate(WATCH)) {
    assert.deepEqual(event, PASSED);
    break; // the client aborts its request
  }
  await waitForTest(); // the gateway has ended the subscription
  assert.deepEqual(await all(client.iterate(TYPENAME)), [{ data: { __typename: "Query" } }]);
});
