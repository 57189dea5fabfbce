// Serves a subgraph that is built by Apollo's library.
import { createServer } from "node:http";
import { after } from "node:test";

import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";

// Serves until the suite ends, and returns the address.
export async function serveSubgraph(sdl, resolvers) {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  const server = createServer(createHandler({ schema }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}
