// Apollo's subgraph compatibility suite: its own test files, run by Node's test runner with Jest's `expect`.
//
// The suite starts a router in Docker, or one that it downloads. Here the router is Apollo's gateway, in this process.
// The other two subgraphs, `users` and `inventory`, have the schemas of the suite.
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { env } from "node:process";

import { expect } from "expect";

import { test } from "../test_with_timeout.mjs";
import { startRouter } from "./apollo_router.mjs";
import { serveSubgraph } from "./subgraph.mjs";

const require = createRequire(import.meta.url);
const dist = dirname(require.resolve("@apollo/federation-subgraph-compatibility-tests"));
const schemaOf = (name) => readFile(join(dist, "subgraphs", name, `${name}.graphql`), "utf8");

const users = [
  { email: "support@apollographql.com", name: "Apollo Studio Support", totalProductsCreated: 4, yearsOfEmployment: 10 },
];
const inventories = [{ id: "apollo-oss", products: [{ id: "apollo-federation" }] }];
const send = await startRouter([
  { name: "products", url: env.PRODUCTS_URL },
  {
    name: "users",
    url: await serveSubgraph(await schemaOf("users"), {
      User: { __resolveReference: ({ email }) => users.find((user) => user.email === email) },
    }),
  },
  {
    name: "inventory",
    url: await serveSubgraph(await schemaOf("inventory"), {
      Query: { inventory: (_, { id }) => inventories.find((inventory) => inventory.id === id) },
      Inventory: { __resolveType: () => "OpenSourceInventory" },
      Product: { delivery: () => null },
    }),
  },
]);

// The suite's files send all requests by this package.
const fetchPath = require.resolve("make-fetch-happen", { paths: [dist] });
require(fetchPath);
require.cache[fetchPath].exports = async (url, options) => {
  const { ROUTER_URL } = require(join(dist, "utils", "client.js"));
  return url === ROUTER_URL ? Response.json(await send(JSON.parse(options.body))) : fetch(url, options);
};

Object.assign(globalThis, { describe: (name, declare) => declare(), expect, it: test, test });
for (const file of await readdir(join(dist, "tests"))) {
  if (file.endsWith(".test.js")) require(join(dist, "tests", file));
}
