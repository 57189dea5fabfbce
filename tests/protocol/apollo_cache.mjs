// Apollo Client over HTTP and graphql-transport-ws.
import { env } from "node:process";

import { gql } from "@apollo/client";
import WebSocket from "ws";

import { apolloClient } from "./clients/apollo.mjs";
import * as operations from "./clients/operations.mjs";
import { runScenario, runVersions } from "./cache_scenario.mjs";
import * as versions from "./version_operations.mjs";

globalThis.WebSocket ??= WebSocket; // as in a browser

const texts = Object.entries({ ...operations, ...versions });
const documents = Object.fromEntries(texts.map(([name, text]) => [name, gql(text)]));

function adapterOf(url) {
  const client = apolloClient({ url, token: () => env.TOKEN });
  return {
    async fetch(name, variables) {
      return (await client.query({ query: documents[name], variables, fetchPolicy: "network-only" })).data;
    },
    async cached(name, variables) {
      return (await client.query({ query: documents[name], variables, fetchPolicy: "cache-only" })).data;
    },
    async mutate(name, variables) {
      return (await client.mutate({ mutation: documents[name], variables })).data;
    },
    watched(name, variables, fits) {
      const query = client.watchQuery({ query: documents[name], variables, fetchPolicy: "cache-only" });
      return new Promise((resolve) => query.subscribe(({ data }) => data && fits(data) && resolve()));
    },
    subscribe(name, variables) {
      const events = client.subscribe({ query: documents[name], variables }).subscribe({});
      return () => events.unsubscribe();
    },
  };
}

runVersions(adapterOf(env.GRAPHQL_URL));
runScenario(adapterOf(env.GRAPHQL_URL), adapterOf(env.DEGRADED_URL));
