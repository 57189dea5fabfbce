// A page of another origin against the ports of embedded servers. What it reads and what it changes is compared with
// OPEN: "yes" for servers without credentials, which any page can read and write, else "no".
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { env, getuid } from "node:process";
import { after } from "node:test";

import { chromium } from "playwright-core";

import { test } from "./test_with_timeout.mjs";

const ports = JSON.parse(env.PORTS); // by role
const influx = `127.0.0.1:${ports.influx}`;
const open = env.OPEN === "yes";
const REBOUND = "rebound.example"; // a name of the attacker that now resolves to the loopback address

const server = createServer((request, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html>"));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({
  executablePath: env.CHROMIUM,
  args: [
    ...(getuid() === 0 ? ["--no-sandbox"] : []), // Chromium refuses to run its sandbox as root
    `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`,
    "--disable-features=LocalNetworkAccessChecks", // newer browsers ask the user; the servers must not rely on it
    `--explicitly-allowed-ports=${Object.values(ports).join()}`,
  ],
});
after(async () => {
  await browser.close();
  server.close();
});
const page = await browser.newPage();
const here = `http://localhost:${server.address().port}/`;
await page.goto(here);

// The status and the text that a script of the page gets, or "blocked".
function ask(url, options = {}) {
  return page.evaluate(
    async ([url, options]) => {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(5_000), ...options });
        return { type: response.type, status: response.status, text: await response.text() };
      } catch {
        return "blocked";
      }
    },
    [url, options],
  );
}

const statement = (text) => new URLSearchParams({ db: "quadrangle", q: text }).toString();
const text = (body, more = {}) => ({ method: "POST", headers: { "Content-Type": "text/plain" }, body, ...more });

test("a script of the page reads the timeline from an open server only", async () => {
  const answers = [
    await ask(`http://${influx}/query?${statement("SELECT word FROM words")}`),
    await ask(`http://${influx}/query?${statement("SELECT word FROM words")}`, text("")),
    await ask(`http://${influx}/query?${statement("SELECT word FROM words")}&u=quadrangle&p=guessed`),
  ];
  for (const answer of answers) {
    assert.equal(answer.status, open ? 200 : 401);
    assert.equal(answer.text.includes("kept"), open, answer.text);
  }
});

test("a script that does not ask to read reads nothing", async () => {
  const answer = await ask(`http://${influx}/query?${statement("SELECT word FROM words")}`, { mode: "no-cors" });
  assert.deepEqual(answer, { type: "opaque", status: 0, text: "" });
});

test("scripts, forms, images and beacons of the page send their writes", async () => {
  // Whether they had an effect is checked in the database afterwards.
  for (const mode of ["cors", "no-cors"]) {
    await ask(`http://${influx}/write?db=quadrangle`, text(`words word="forged by ${mode}"`, { mode }));
    await ask(`http://${influx}/query?${statement(`DROP MEASUREMENT "dropped_by_${mode}"`)}`, text("", { mode }));
  }
  await page.evaluate((url) => navigator.sendBeacon(url, 'words word="forged by beacon"'), `http://${influx}/write?db=quadrangle`);
  await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = image.onerror = resolve;
        image.src = url;
      }),
    `http://${influx}/query?${statement('DROP MEASUREMENT "dropped_by_image"')}`,
  );
  const form = await browser.newPage();
  await form.goto(here);
  const [answer] = await Promise.all([
    form.waitForResponse((response) => response.url().includes("/query")),
    form.evaluate(
      ([url, q]) => {
        const made = document.createElement("form");
        Object.assign(made, { method: "POST", action: url });
        made.innerHTML = '<input name="db" value="quadrangle"><input name="q">';
        made.elements.q.value = q;
        document.body.append(made);
        made.submit();
      },
      [`http://${influx}/query`, 'DROP MEASUREMENT "dropped_by_form"'],
    ),
  ]);
  assert.equal(answer.status(), open ? 200 : 401);
  await form.close();
});

test("a page of a name that resolves to the server reads and writes an open server only", async () => {
  // To the browser, page and server have one origin: CORS does not apply.
  const rebound = await browser.newPage();
  const origin = `http://${REBOUND}:${ports.influx}`;
  await rebound.route(`${origin}/`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await rebound.goto(`${origin}/`); // loaded from the attacker's server, before the name changes its address
  const [read, written] = await rebound.evaluate(
    async ([query, line]) => {
      const credentials = "omit"; // or the browser asks its user for a password
      const read = await fetch(query, { credentials }).then((response) => response.text());
      const written = await fetch("/write?db=quadrangle", { method: "POST", body: line, credentials });
      return [read, written.status];
    },
    [`/query?${statement("SELECT word FROM words")}`, 'words word="forged by rebinding"'],
  );
  assert.equal(read.includes("kept"), open, read);
  assert.equal(written, open ? 204 : 401);
  await rebound.close();
});

test("the ports of the other servers answer nothing that a page can read", async () => {
  const commands = "SET forged 1\r\nFLUSHALL\r\n";
  for (const role of ["mongo", "sql", "redis"]) {
    for (const host of ["127.0.0.1", REBOUND]) {
      const url = `http://${host}:${ports[role]}/`;
      assert.equal(await ask(url), "blocked", role);
      assert.equal(await ask(url, text(commands)), "blocked", role);
      assert.equal(await ask(url, text(commands, { mode: "no-cors" })), "blocked", role);
    }
    const socket = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const opened = new WebSocket(url);
          opened.onopen = () => resolve("open");
          opened.onerror = () => resolve("refused");
        }),
      `ws://127.0.0.1:${ports[role]}/`,
    );
    assert.equal(socket, "refused");
  }
});
