// `node server.mjs mercurius` or `yoga`: GraphQL on PORT, over the stores of a gateway's environment.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { contextOf, resolvers } from "./resolvers.mjs";
import { openStores } from "./stores.mjs";

const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");
const stores = await openStores(process.env);
const verified = new Map();

// The claims of an HS256 token. As in the gateway, a verified one is remembered until it expires.
function claimsOf(authorization = "") {
  const token = authorization.replace(/^Bearer /, "");
  let claims = verified.get(token);
  if (!claims || claims.exp * 1000 < Date.now()) {
    const [head, payload, signature = ""] = token.split(".");
    const expected = createHmac("sha256", process.env.GATEWAY_AUTH_SECRET).update(`${head}.${payload}`).digest();
    const given = Buffer.from(signature, "base64url");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error("not a valid token");
    claims = JSON.parse(Buffer.from(payload, "base64url"));
    if (claims.exp * 1000 < Date.now()) throw new Error("an expired token");
    verified.set(token, claims);
  }
  return claims;
}

const listening = { host: "127.0.0.1", port: Number(process.env.PORT) };

async function mercurius() {
  const { default: fastify } = await import("fastify");
  const { default: plugin } = await import("mercurius");
  const app = fastify();
  const context = (request) => contextOf(stores, claimsOf(request.headers.authorization));
  await app.register(plugin, { schema: typeDefs, resolvers, jit: 1, context });
  await app.listen(listening);
}

async function yoga() {
  const { createSchema, createYoga } = await import("graphql-yoga");
  const compiled = new WeakMap(); // by document: yoga caches parsed ones
  const jit = {
    onExecute({ args, setExecuteFn }) {
      let query = compiled.get(args.document);
      if (query === undefined) {
        query = compileQuery(args.schema, args.document, args.operationName);
        compiled.set(args.document, query);
      }
      if (isCompiledQuery(query)) setExecuteFn(() => query.query(args.rootValue, args.contextValue, args.variableValues));
    },
  };
  const served = createYoga({
    schema: createSchema({ typeDefs, resolvers }),
    plugins: [jit],
    logging: false,
    context: ({ request }) => contextOf(stores, claimsOf(request.headers.get("authorization") ?? undefined)),
  });
  createServer(served).listen(listening);
}

await { mercurius, yoga }[process.argv[2]]();
