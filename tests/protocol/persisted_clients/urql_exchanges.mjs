import { persistedExchange } from "@urql/exchange-persisted";

import { idsOf } from "./ids.mjs";

// Sends hashes, and a text only if the gateway does not know it. `byGet`: queries go by GET, which caches can keep.
export function automaticExchange({ byGet = false } = {}) {
  return persistedExchange({ preferGetForPersistedQueries: byGet, enableForMutation: true });
}

// Sends ids of the manifest only.
export function trustedExchange({ manifest }) {
  const idOf = idsOf(manifest);
  return persistedExchange({
    enforcePersistedQueries: true,
    enableForMutation: true,
    enableForSubscriptions: true,
    preferGetForPersistedQueries: false,
    generateHash: async (_, document) => idOf(document),
  });
}
