import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

import { CONNECTIONS, EMBEDDED, NODES } from "./schema_types.mjs";

// Pages of the same list have the same arguments, `first` and `after` aside.
const listArguments = (args) => Object.keys(args ?? {}).filter((name) => name !== "first" && name !== "after");

// A published module never changes: the items of two answers are the same, in the same order.
function mergeItems(existing, incoming, { mergeObjects }) {
  return existing ? incoming.map((item, place) => mergeObjects(existing[place], item)) : incoming;
}

function typePolicies() {
  const policies = { Module: { fields: { items: { merge: mergeItems } } } };
  for (const type of EMBEDDED) policies[type] = { keyFields: false, merge: true };
  for (const [type, fields] of Object.entries(CONNECTIONS)) {
    const pages = fields.map((field) => [field, relayStylePagination(listArguments)]);
    policies[type] = { ...policies[type], fields: Object.fromEntries(pages) };
  }
  return policies;
}

// `token` is a function: it is called for each request and each connection.
export function apolloClient({ url, token }) {
  const http = ApolloLink.from([
    new SetContextLink(() => ({ headers: { Authorization: `Bearer ${token()}` } })),
    new HttpLink({ uri: url }),
  ]);
  const socket = new GraphQLWsLink(
    createClient({
      url: url.replace(/^http/, "ws"),
      connectionParams: () => ({ Authorization: `Bearer ${token()}` }),
    }),
  );
  const isSubscription = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  return new ApolloClient({
    link: ApolloLink.split(isSubscription, socket, http),
    cache: new InMemoryCache({ possibleTypes: { Node: NODES }, typePolicies: typePolicies() }),
    // A store that is down costs its own fields: use the others.
    defaultOptions: {
      query: { errorPolicy: "all" },
      watchQuery: { errorPolicy: "all" },
      mutate: { errorPolicy: "all" },
    },
  });
}
