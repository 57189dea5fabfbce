// Apollo Client: operations, subscriptions over both transports, and automatic persisted queries.
import { env } from "node:process";

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { print } from "graphql";
import { createClient as createEvents } from "graphql-sse";
import { Observable } from "rxjs";
import WebSocket from "ws";

import { apolloClient } from "./clients/apollo.mjs";
import { checkHashes, checkOperations, checkSubscription } from "./client_checks.mjs";
import { automaticLink } from "./persisted_clients/apollo_links.mjs";

globalThis.WebSocket ??= WebSocket; // as in a browser

const url = env.GRAPHQL_URL;
const headers = { Authorization: `Bearer ${env.TOKEN}` };

export function checked(client) {
  const options = { fetchPolicy: "no-cache", errorPolicy: "all" };
  return {
    async ask(text, variables) {
      const document = gql(text);
      const isMutation = document.definitions[0].operation === "mutation";
      const { data, error } = await (isMutation
        ? client.mutate({ mutation: document, variables, ...options })
        : client.query({ query: document, variables, ...options }));
      return { data, errors: error?.errors ?? [] };
    },
    first(text, variables) {
      return new Promise((resolve, reject) => {
        const events = client.subscribe({ query: gql(text), variables }).subscribe({
          next({ data, error }) {
            events.unsubscribe();
            if (error) reject(error);
            else resolve(data);
          },
          error: reject,
        });
      });
    },
  };
}

function over(...links) {
  return checked(new ApolloClient({ link: ApolloLink.from(links), cache: new InMemoryCache() }));
}

function eventLink() {
  const events = createEvents({ url, headers });
  return new ApolloLink(
    ({ query, variables }) =>
      new Observable((sink) => events.subscribe({ query: print(query), variables }, sink)),
  );
}

function automatic(options) {
  return over(automaticLink(options), new SetContextLink(() => ({ headers })), new HttpLink({ uri: url }));
}

const token = () => env.TOKEN;
const client = checked(apolloClient({ url, token }));
checkOperations(client, checked(apolloClient({ url: env.DEGRADED_URL, token })));
checkSubscription("subscription over a WebSocket", client);
checkSubscription("subscription over server-sent events", over(eventLink()));
checkHashes("hashes by POST", () => automatic(), { first: ["POST hash", "POST hash text"], then: ["POST hash"] });
checkHashes("hashes by GET", () => automatic({ byGet: true }), {
  first: ["GET hash", "POST hash text"],
  then: ["GET hash"],
});
