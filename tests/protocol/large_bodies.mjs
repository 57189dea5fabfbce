// A body that is too large: Node's clients read the refusal, although they are still sending.
import assert from "node:assert/strict";
import { request } from "node:http";
import { env } from "node:process";

import { test } from "./test_with_timeout.mjs";

const url = env.GRAPHQL_URL;
const headers = { "content-type": "application/json" };

function post(body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers }, async (response) => {
      let text = "";
      for await (const part of response) text += part;
      resolve([response.statusCode, text]);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

for (const size of [1_300_000, 8_000_000]) {
  const body = "x".repeat(size);
  test(`fetch, ${size} bytes`, async () => {
    for (let again = 0; again < 5; again += 1) {
      const response = await fetch(url, { method: "POST", headers, body });
      assert.equal(response.status, 413);
      assert.match(await response.text(), /TOO_LARGE/);
    }
  });
  test(`http, ${size} bytes`, async () => {
    for (let again = 0; again < 5; again += 1) {
      const [status, text] = await post(body);
      assert.equal(status, 413);
      assert.match(text, /TOO_LARGE/);
    }
  });
}
