// urql with Graphcache over HTTP and server-sent events.
import { readFileSync } from "node:fs";
import { env } from "node:process";

import { gql } from "@urql/core";
import { buildSchema, introspectionFromSchema } from "graphql";

import * as operations from "./clients/operations.mjs";
import { urqlClient } from "./clients/urql.mjs";
import { runScenario, runVersions } from "./cache_scenario.mjs";
import * as versions from "./version_operations.mjs";

const schema = introspectionFromSchema(buildSchema(readFileSync(env.SCHEMA, "utf-8")));
const texts = Object.entries({ ...operations, ...versions });
const documents = Object.fromEntries(texts.map(([name, text]) => [name, gql(text)]));

async function settled(result) {
  const { data, error } = await result;
  if (!data) throw error;
  return data;
}

function adapterOf(url) {
  const client = urqlClient({ url, token: () => env.TOKEN, schema });
  return {
    fetch: (name, variables) => settled(client.query(documents[name], variables, { requestPolicy: "network-only" })),
    cached: (name, variables) => settled(client.query(documents[name], variables, { requestPolicy: "cache-only" })),
    mutate: (name, variables) => settled(client.mutation(documents[name], variables)),
    watched(name, variables, fits) {
      const query = client.query(documents[name], variables, { requestPolicy: "cache-only" });
      return new Promise((resolve) => query.subscribe(({ data }) => data && fits(data) && resolve()));
    },
    subscribe(name, variables) {
      const events = client.subscription(documents[name], variables).subscribe(() => {});
      return () => events.unsubscribe();
    },
  };
}

runVersions(adapterOf(env.GRAPHQL_URL));
runScenario(adapterOf(env.GRAPHQL_URL), adapterOf(env.DEGRADED_URL));
