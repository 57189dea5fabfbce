// The gateway and the catalogue composed by The Guild's library, and stitched by GraphQL Tools, as in Hive Gateway.
import assert from "node:assert/strict";
import { env } from "node:process";

import { getStitchedSchemaFromSupergraphSdl } from "@graphql-tools/federation";
import { composeServices } from "@theguild/federation-composition";
import { graphql, parse } from "graphql";

import { SDL, serveCatalogue } from "./catalogue.mjs";
import { CATALOGUE, readSchema, runScenario } from "./scenario.mjs";

const composed = composeServices([
  { name: "quadrangle", url: env.GRAPHQL_URL, typeDefs: parse(await readSchema(env.GRAPHQL_URL)) },
  { name: "catalogue", url: await serveCatalogue(CATALOGUE), typeDefs: parse(SDL) },
]);
assert.deepEqual(composed.errors ?? [], []);
const schema = getStitchedSchemaFromSupergraphSdl({
  supergraphSdl: composed.supergraphSdl,
  httpExecutorOpts: {
    headers: (request) => (request?.context?.authorization ? { authorization: request.context.authorization } : {}),
  },
});

runScenario((source, authorization) => graphql({ schema, source, contextValue: { authorization } }));
