import { useEffect, useState } from "preact/hooks";

import { formatAgo } from "../format";
import type { Client } from "../graphql/client";
import { strings } from "../strings";

const text = strings.common;

/** Says which data of the page are old, and how old. */
export function StaleNotice({ client }: { client: Client }) {
  const [stores, setStores] = useState(client.stale.stores);
  useEffect(() => client.stale.watch(setStores), [client]);
  return (
    <>
      {stores.map(({ store, readAt }) => (
        <p key={store} class="notice stale" role="status" data-stale={store}>
          {text.storeStale(text.stores[store] ?? store, formatAgo(readAt, new Date()))}
        </p>
      ))}
    </>
  );
}
