// The gateway and the catalogue under Apollo's gateway.
import assert from "node:assert/strict";
import { env } from "node:process";

import { test } from "../test_with_timeout.mjs";
import { startRouter } from "./apollo_router.mjs";
import { serveCatalogue } from "./catalogue.mjs";
import { CATALOGUE, ROUTER_TOKEN, runScenario } from "./scenario.mjs";

const send = await startRouter(
  [
    { name: "quadrangle", url: env.GRAPHQL_URL },
    { name: "catalogue", url: await serveCatalogue(CATALOGUE) },
  ],
  { authorization: ROUTER_TOKEN },
);

runScenario((query, authorization) => send({ query }, { headers: authorization ? { authorization } : {} }));

test("the router reads the times of fields", async () => {
  const metrics = { captureTraces: true };
  const headers = { authorization: `Bearer ${env.LEARNER_TOKEN}`, "x-router-authorization": ROUTER_TOKEN };
  const query = `{ course(key: "${CATALOGUE.courses[0]}") { title price } }`;
  const { errors } = await send({ query }, { headers, metrics });
  assert.equal(errors, undefined);
  const { nodes } = metrics.queryPlanTrace.sequence;
  const fetches = nodes.map((node) => node.fetch);
  const { trace, traceParsingFailed } = fetches.find((fetch) => fetch?.serviceName === "quadrangle");
  assert.equal(traceParsingFailed, false);
  const [course] = trace.root.child;
  assert.deepEqual([course.responseName, course.type, course.parentType], ["course", "Course", "Query"]);
  const title = course.child.find(({ responseName }) => responseName === "title");
  assert.ok(course.startTime <= course.endTime && course.endTime <= title.startTime);
});
