// Lets the Relay compiler write its map of ids to texts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";

import { compiledRelay } from "./compiled_relay.mjs";
import { test } from "./test_with_timeout.mjs";

test("the compiler persists the operations", async () => {
  const source = fileURLToPath(new URL("clients/relay.js", import.meta.url));
  await compiledRelay(source, { schema: env.SCHEMA, folder: env.FOLDER, persisted: "documents.json" });
  assert.ok(Object.keys(JSON.parse(readFileSync(join(env.FOLDER, "documents.json"), "utf-8"))).length);
});
