// Apollo Client over HTTP and graphql-transport-ws.
import { env } from "node:process";

import { gql } from "@apollo/client";
import WebSocket from "ws";

import { apolloClient } from "./clients/apollo.mjs";
import * as operations from "./clients/operations.mjs";
import { runScenario } from "./cache_scenario.mjs";

globalThis.WebSocket ??= WebSocket; // as in a browser

const documents = Object.fromEntries(Object.entries(operations).map(([name, text]) => [name, gql(text)]));

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

runScenario(adapterOf(env.GRAPHQL_URL), adapterOf(env.DEGRADED_URL));
