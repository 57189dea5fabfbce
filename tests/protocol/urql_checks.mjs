// urql: operations, subscriptions over server-sent events, and automatic persisted queries.
import { readFileSync } from "node:fs";
import { env } from "node:process";

import { Client, fetchExchange, gql } from "@urql/core";
import { buildSchema, introspectionFromSchema } from "graphql";

import { urqlClient } from "./clients/urql.mjs";
import { checkHashes, checkOperations, checkSubscription } from "./client_checks.mjs";
import { automaticExchange } from "./persisted_clients/urql_exchanges.mjs";

const url = env.GRAPHQL_URL;
const schema = introspectionFromSchema(buildSchema(readFileSync(env.SCHEMA, "utf-8")));

function checked(client) {
  return {
    async ask(text, variables) {
      const document = gql(text);
      const isMutation = document.definitions[0].operation === "mutation";
      const { data, error } = await (isMutation ? client.mutation : client.query).call(client, document, variables);
      if (error?.networkError) throw error.networkError;
      return { data, errors: error?.graphQLErrors ?? [] };
    },
    first(text, variables) {
      return new Promise((resolve, reject) => {
        const events = client.subscription(gql(text), variables).subscribe(({ data, error }) => {
          queueMicrotask(() => events.unsubscribe());
          if (error) reject(error);
          else resolve(data);
        });
      });
    },
  };
}

function automatic(options) {
  const fetchOptions = { headers: { Authorization: `Bearer ${env.TOKEN}` } };
  return checked(
    new Client({ url, preferGetMethod: false, fetchOptions, exchanges: [automaticExchange(options), fetchExchange] }),
  );
}

const token = () => env.TOKEN;
const client = checked(urqlClient({ url, token, schema }));
checkOperations(client, checked(urqlClient({ url: env.DEGRADED_URL, token, schema })));
checkSubscription("subscription over server-sent events", client);
checkHashes("hashes by POST", () => automatic(), { first: ["POST hash", "POST hash text"], then: ["POST hash"] });
checkHashes("hashes by GET", () => automatic({ byGet: true }), {
  first: ["GET hash", "GET hash text"],
  then: ["GET hash"],
});
