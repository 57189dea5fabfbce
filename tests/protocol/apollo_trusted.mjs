// Apollo Client with the documents of a manifest.
import { env } from "node:process";

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, disableFragmentWarnings, gql } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { trustedLink, trustedSocketLink } from "./persisted_clients/apollo_links.mjs";
import { checkTrusted } from "./trusted_checks.mjs";
import { manifest, textOf } from "./trusted_documents.mjs";

disableFragmentWarnings(); // each document is parsed with all fragments

const authorization = () => ({ Authorization: `Bearer ${env.TOKEN}` });
const socket = createClient({
  url: env.GRAPHQL_URL.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: authorization,
});
const http = ApolloLink.from([
  trustedLink({ manifest }),
  new SetContextLink(() => ({ headers: authorization() })),
  new HttpLink({ uri: env.GRAPHQL_URL }),
]);
const isSubscription = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
const client = new ApolloClient({
  link: ApolloLink.split(isSubscription, trustedSocketLink({ manifest, socket }), http),
  cache: new InMemoryCache(),
});

checkTrusted({
  async ask(name, variables) {
    const document = gql(textOf(name));
    const { data } = await (name === "Submit"
      ? client.mutate({ mutation: document, variables })
      : client.query({ query: document, variables }));
    return data;
  },
  first(name, variables) {
    return new Promise((resolve, reject) => {
      const events = client.subscribe({ query: gql(textOf(name)), variables }).subscribe({
        next({ data, error }) {
          events.unsubscribe();
          if (error) reject(error);
          else resolve(data);
        },
        error: reject,
      });
    });
  },
});
