import { ApolloLink } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Observable } from "rxjs";

import { idsOf } from "./ids.mjs";
import { sha256 } from "./sha256.mjs";

// Sends hashes, and a text only if the gateway does not know it. `byGet`: queries go by GET, which caches can keep.
export function automaticLink({ byGet = false } = {}) {
  return new PersistedQueryLink({ sha256, useGETForHashedQueries: byGet });
}

// Sends ids of the manifest, and never a text.
export function trustedLink({ manifest }) {
  return new PersistedQueryLink({ generateHash: idsOf(manifest), retry: () => false, disable: () => false });
}

// In place of GraphQLWsLink, which always sends the text. `socket` is a client of graphql-ws, which needs a text: an
// empty one is none.
export function trustedSocketLink({ manifest, socket }) {
  const idOf = idsOf(manifest);
  return new ApolloLink(
    ({ query, variables }) =>
      new Observable((sink) => socket.subscribe({ query: "", documentId: idOf(query), variables }, sink)),
  );
}
