// urql with the documents of a manifest; subscriptions use server-sent events.
import { env } from "node:process";

import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-sse";

import { trustedExchange } from "./persisted_clients/urql_exchanges.mjs";
import { checkTrusted } from "./trusted_checks.mjs";
import { manifest, textOf } from "./trusted_documents.mjs";

const url = env.GRAPHQL_URL;
const headers = { Authorization: `Bearer ${env.TOKEN}` };
const events = createClient({ url, headers });
const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange,
    trustedExchange({ manifest }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (sink) => ({ unsubscribe: events.subscribe(operation, sink) }),
      }),
    }),
  ],
});

checkTrusted({
  async ask(name, variables) {
    const send = name === "Submit" ? client.mutation : client.query;
    const { data, error } = await send.call(client, gql(textOf(name)), variables);
    if (error) throw error;
    return data;
  },
  first(name, variables) {
    return new Promise((resolve, reject) => {
      const subscribed = client.subscription(gql(textOf(name)), variables).subscribe(({ data, error }) => {
        queueMicrotask(() => subscribed.unsubscribe());
        if (error) reject(error);
        else resolve(data);
      });
    });
  },
});
