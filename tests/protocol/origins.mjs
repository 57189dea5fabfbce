// A page of another origin in a real browser: what it may do with a gateway that allows its origin, and with one that does not.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { env, getuid } from "node:process";
import { after } from "node:test";

import { chromium } from "playwright-core";

import { test } from "./test_with_timeout.mjs";

const server = createServer((request, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html>"));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const args = getuid() === 0 ? ["--no-sandbox"] : []; // Chromium refuses to run its sandbox as root
const browser = await chromium.launch({ executablePath: env.CHROMIUM, args });
after(async () => {
  await browser.close();
  server.close();
});
const page = await browser.newPage();
await page.goto(`http://localhost:${server.address().port}/`);

// What the page reads of an answer; "blocked" if the browser withholds it.
function ask(url, { token, accept = "application/json" } = {}) {
  return page.evaluate(
    async ([url, token, accept]) => {
      const headers = { "Content-Type": "application/json", Accept: accept, "X-Request-ID": "of-the-page" };
      if (token) headers.Authorization = `Bearer ${token}`;
      try {
        const response = await fetch(url, { method: "POST", headers, body: '{"query": "{ me { learnerId } }"}' });
        return { status: response.status, text: await response.text(), id: response.headers.get("X-Request-ID") };
      } catch {
        return "blocked";
      }
    },
    [url, token, accept],
  );
}

// The first message of a WebSocket after `connection_init`; "closed" if there is none.
function connect(url, token) {
  return page.evaluate(
    ([url, token]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws");
        const payload = token ? { Authorization: `Bearer ${token}` } : {};
        socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init", payload }));
        socket.onmessage = (event) => resolve(JSON.parse(event.data).type);
        socket.onclose = () => resolve("closed");
      }),
    [url, token],
  );
}

test("a page of an allowed origin queries with a token, and reads errors and exposed headers", async () => {
  const answer = await ask(env.ALLOWING_URL, { token: env.TOKEN });
  assert.deepEqual([answer.status, answer.id], [200, "of-the-page"]);
  assert.match(answer.text, /"learnerId":"learner-ada"/);
  assert.equal((await ask(env.ALLOWING_URL)).status, 401);
});

test("a page of an allowed origin reads an event stream", async () => {
  const { text } = await ask(env.ALLOWING_URL, { token: env.TOKEN, accept: "text/event-stream" });
  assert.match(text, /^event: next\ndata: .*learner-ada.*\n\nevent: complete/);
});

test("a page of an allowed origin connects a WebSocket with a token only", async () => {
  assert.equal(await connect(env.ALLOWING_URL, env.TOKEN), "connection_ack");
  assert.equal(await connect(env.ALLOWING_URL), "closed");
});

test("a page of another origin can do nothing, with a token either", async () => {
  assert.equal(await ask(env.REFUSING_URL, { token: env.TOKEN }), "blocked");
  assert.equal(await connect(env.REFUSING_URL, env.TOKEN), "closed");
});
