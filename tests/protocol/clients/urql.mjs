import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { createClient } from "graphql-sse";

import { CONNECTIONS, EMBEDDED } from "./schema_types.mjs";

function resolvers() {
  const pages = (fields) => Object.fromEntries(fields.map((field) => [field, relayPagination()]));
  return Object.fromEntries(Object.entries(CONNECTIONS).map(([type, fields]) => [type, pages(fields)]));
}

// `token` is a function: it is called for each request. `schema` is the result of an introspection query.
export function urqlClient({ url, token, schema }) {
  const headers = () => ({ Authorization: `Bearer ${token()}` });
  const events = createClient({ url, headers });
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: () => ({ headers: headers() }),
    exchanges: [
      cacheExchange({
        schema,
        keys: Object.fromEntries(EMBEDDED.map((type) => [type, () => null])),
        resolvers: resolvers(),
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({ unsubscribe: events.subscribe(operation, sink) }),
        }),
      }),
    ],
  });
}
