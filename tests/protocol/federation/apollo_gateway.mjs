// The gateway and the catalogue under Apollo's gateway, which composes them by introspection.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { env } from "node:process";
import { after } from "node:test";

import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from "@apollo/gateway";
import { parse } from "graphql";

import { test } from "../test_with_timeout.mjs";
import { serveCatalogue } from "./catalogue.mjs";
import { CATALOGUE, ROUTER_TOKEN, runScenario } from "./scenario.mjs";

class WithViewer extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
    request.http.headers.set("x-router-authorization", ROUTER_TOKEN);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [
      { name: "quadrangle", url: env.GRAPHQL_URL },
      { name: "catalogue", url: await serveCatalogue(CATALOGUE) },
    ],
    introspectionHeaders: { authorization: ROUTER_TOKEN },
  }),
  buildService: ({ url }) => new WithViewer({ url }),
});
const { schema, executor } = await gateway.load();
after(() => gateway.stop());

function run(query, authorization, metrics = {}) {
  return executor({
    request: { query },
    document: parse(query),
    schema,
    queryHash: createHash("sha256").update(query).digest("hex"),
    context: { authorization },
    cache: { get: async () => undefined, set: async () => {}, delete: async () => true },
    metrics,
  });
}

runScenario(run);

test("the router reads the times of fields", async () => {
  const metrics = { captureTraces: true };
  const query = `{ course(key: "${CATALOGUE.courses[0]}") { title price } }`;
  const { errors } = await run(query, `Bearer ${env.LEARNER_TOKEN}`, metrics);
  assert.equal(errors, undefined);
  const { nodes } = metrics.queryPlanTrace.sequence;
  const { trace, traceParsingFailed } = nodes.map((node) => node.fetch).find((fetch) => fetch?.serviceName === "quadrangle");
  assert.equal(traceParsingFailed, false);
  const [course] = trace.root.child;
  assert.deepEqual([course.responseName, course.type, course.parentType], ["course", "Course", "Query"]);
  const title = course.child.find(({ responseName }) => responseName === "title");
  assert.ok(course.startTime <= course.endTime && course.endTime <= title.startTime);
});
