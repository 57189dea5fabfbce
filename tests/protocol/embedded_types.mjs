// The list of embedded types is what the caches need: with it they store the whole schema without a warning.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { env } from "node:process";

import { gql as apolloGql } from "@apollo/client";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { buildSchema, getNamedType, introspectionFromSchema } from "graphql";
import WebSocket from "ws";

import { apolloClient } from "./clients/apollo.mjs";
import { EMBEDDED } from "./clients/schema_types.mjs";
import { urqlClient } from "./clients/urql.mjs";
import { test } from "./test_with_timeout.mjs";
import { takeWarnings } from "./warnings.mjs";
import { documentOf, madeUpAnswers } from "./whole_schema.mjs";

const url = "http://made-up.example/graphql";
const token = () => "any";
const schema = buildSchema(readFileSync(env.SCHEMA, "utf-8"));
const introspection = introspectionFromSchema(schema);
globalThis.fetch = madeUpAnswers(schema);
globalThis.WebSocket ??= WebSocket; // as in a browser

async function ask(client, operation) {
  const document = gql(documentOf(schema, operation));
  const { data, error } = await (operation === "query" ? client.query(document, {}) : client.mutation(document, {}));
  assert.equal(error, undefined);
  return data;
}

test("Graphcache stores every type", async () => {
  const client = urqlClient({ url, token, schema: introspection });
  assert.ok(await ask(client, "query"));
  assert.ok(await ask(client, "mutation"));
  assert.deepEqual(takeWarnings(), []);
});

test("without the list, Graphcache misses keys of no other types", async () => {
  const exchanges = [cacheExchange({ schema: introspection }), fetchExchange];
  const client = new Client({ url, preferGetMethod: false, exchanges });
  const answer = JSON.stringify(await ask(client, "query"));
  const missing = new Set(takeWarnings().map((warning) => warning.match(/`keys` config for `(\w+)`/)[1]));
  const queried = EMBEDDED.filter((type) => answer.includes(`"__typename":"${type}"`)); // the others are only written
  assert.deepEqual([...missing].sort(), queried);
});

test("Apollo Client merges two selections of an embedded object", async () => {
  const client = apolloClient({ url, token });
  const halves = [0, 1].map((half) => {
    const places = new Map();
    const part = (field, parent) => {
      if (!EMBEDDED.includes(parent.name) || inLists(parent)) return true;
      places.set(parent, 1 + (places.get(parent) ?? 0));
      return places.get(parent) % 2 === half;
    };
    return apolloGql(documentOf(schema, "query", part));
  });
  for (const query of halves) assert.ok((await client.query({ query })).data);
  assert.deepEqual(takeWarnings(), []);
});

test("Apollo Client merges two selections of a module's items", async () => {
  const client = apolloClient({ url, token });
  const [titles, types] = ["title", "type"].map((field) =>
    apolloGql(`{ course(key: "any") { id modules { id items { key ${field} } } } }`),
  );
  const { data } = await client.query({ query: titles });
  await client.query({ query: types });
  assert.deepEqual((await client.query({ query: titles, fetchPolicy: "cache-only" })).data, data);
  assert.deepEqual(takeWarnings(), []);
});

// Apollo Client replaces lists: all queries must select the same fields of their objects.
function inLists(type) {
  const fields = Object.values(schema.getTypeMap()).flatMap((each) => Object.values(each.getFields?.() ?? {}));
  return fields.some((field) => getNamedType(field.type) === type && field.type.toString().startsWith("["));
}
