// Apollo's gateway over subgraphs, which it composes by introspection.
import { createHash } from "node:crypto";
import { after } from "node:test";

import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from "@apollo/gateway";
import { parse } from "graphql";

// Starts the gateway, and returns how to send it a request. It sends the request's `headers` to the subgraphs.
export async function startRouter(subgraphs, introspectionHeaders = {}) {
  class WithHeaders extends RemoteGraphQLDataSource {
    willSendRequest({ request, context }) {
      for (const [name, value] of Object.entries(context.headers ?? {})) request.http.headers.set(name, value);
    }
  }

  const gateway = new ApolloGateway({
    supergraphSdl: new IntrospectAndCompose({ subgraphs, introspectionHeaders }),
    buildService: ({ url }) => new WithHeaders({ url }),
  });
  const { schema, executor } = await gateway.load();
  after(() => gateway.stop());

  return ({ query, variables }, { headers, metrics = {} } = {}) =>
    executor({
      request: { query, variables },
      document: parse(query),
      schema,
      queryHash: createHash("sha256").update(query).digest("hex"),
      context: { headers },
      cache: { get: async () => undefined, set: async () => {}, delete: async () => true },
      metrics,
    });
}
