// The gateway's GraphiQL page in a real browser.
import assert from "node:assert/strict";
import { env, getuid } from "node:process";
import { after } from "node:test";

import { chromium } from "playwright-core";

import { waitForTest } from "./wait_for_test.mjs";
import { test } from "./test_with_timeout.mjs";
import { PASSED } from "./subscription.mjs";

const { origin } = new URL(env.GRAPHQL_URL);
const args = getuid() === 0 ? ["--no-sandbox"] : []; // Chromium refuses to run its sandbox as root
const browser = await chromium.launch({ executablePath: env.CHROMIUM, args });
after(() => browser.close());
const page = await browser.newPage();
page.setDefaultTimeout(20_000);

const complaints = [];
page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("requestfailed", (request) => {
  const { errorText } = request.failure();
  if (errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${errorText}`); // the page aborts requests itself
});
page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.url()}: ${response.status()}`));
page.on("request", (request) => new URL(request.url()).origin === origin || complaints.push(`asks ${request.url()}`));

async function run(name, query) {
  const editor = ".graphiql-query-editor .CodeMirror";
  await page.locator(editor).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(query);
  // GraphiQL parses the editor's text with a delay.
  await page.waitForFunction(
    ([where, wanted]) => document.querySelector(where).CodeMirror.operationName === wanted,
    [editor, name],
  );
  await page.keyboard.press("ControlOrMeta+Enter");
}

// Waits until the answer has these parts. It reads the editor's value, because only visible lines are in the page.
async function answered(...parts) {
  await page.waitForFunction(
    (wanted) => {
      const shown = document.querySelector(".result-window .CodeMirror")?.CodeMirror.getValue() ?? "";
      return wanted.every((part) => shown.includes(part));
    },
    parts.map((part) => JSON.stringify(part)),
  );
}

// A test that fails if the browser reports an error, warning, failed request or request to another origin.
function quiet(name, run) {
  test(name, () => run().finally(() => assert.deepEqual(complaints, [])));
}

quiet("the page loads without requests to other origins", async () => {
  await page.goto(origin);
  assert.equal(page.url(), env.GRAPHQL_URL);
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByText("A GraphQL schema provides a root type").waitFor();
  await page.getByRole("link", { name: "Subscription", exact: true }).waitFor();
});

quiet("the default query is answered with a trace", async () => {
  await page.getByRole("button", { name: "Execute query" }).click();
  await answered("Algebra", "displayName", "extensions", "batches");
});

quiet("a query shows its answer", async () => {
  await run("Typename", "query Typename { __typename }");
  await answered("__typename", "Query");
});

quiet("a subscription shows another client's write until it is stopped", async () => {
  const watched = `progressUpdated(registration: "${env.REGISTRATION}") { changed { itemKey state } }`;
  await run("Watch", `subscription Watch { ${watched} }`);
  await answered("progressUpdated", ...Object.values(PASSED.data.progressUpdated.changed[0]));
  await page.getByRole("button", { name: "Stop query" }).click();
  await waitForTest(); // the page is open, and the gateway has ended the subscription
});
