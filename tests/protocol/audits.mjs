// GraphQL over HTTP: each audit of the reference implementation is one test.
import assert from "node:assert/strict";
import { env } from "node:process";

import { serverAudits } from "graphql-http";

import { test } from "./test_with_timeout.mjs";

for (const { id, name, fn } of serverAudits({ url: env.GRAPHQL_URL, fetchFn: fetch })) {
  test(`${id} ${name}`, async () => {
    const { status, reason } = await fn();
    assert.equal(status, "ok", reason);
  });
}
