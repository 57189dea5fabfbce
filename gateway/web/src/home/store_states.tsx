import storeStatesDocument from "../../documents/common_store_states.graphql";
import { UNREACHABLE } from "../graphql/fault";
import { strings } from "../strings";
import type { Page } from "../ui/start_page";
import { usePolled } from "../ui/use_polled";
import { useSignIns } from "../ui/use_sign_ins";

const text = strings.home;
const common = strings.common;
const EVERY_MS = 3_000;
const SIGNS = { LIVE: "✓", DEGRADED: "!", DOWN: "✕" } as const;

/** The state of each database now. The names have their place before the first answer comes. */
export function StoreStates({ page }: { page: Page }) {
  const answer = usePolled(page.client, storeStatesDocument, EVERY_MS, useSignIns(page.session));
  const known = answer?.data?.storeHealth;
  const unreachable = answer?.faults.some(({ code }) => code === UNREACHABLE) ?? false;
  const rows = known ?? Object.keys(common.stores).map((store) => ({ store, state: undefined }));
  return (
    <section class="card" aria-labelledby="stores">
      <h2 id="stores">{text.stores}</h2>
      <p class="quiet">{text.storesText}</p>
      <ul class="stores">
        {rows.map(({ store, state }) => (
          <li key={store} data-store={store} data-state={state}>
            <span>{common.stores[store] ?? store}</span>
            <span class="store-state">
              {state && <span aria-hidden="true">{SIGNS[state]} </span>}
              {state ? common.storeStates[state] : answer ? text.unknown : "…"}
            </span>
          </li>
        ))}
      </ul>
      <p class={unreachable ? "unreachable" : "quiet"} role="status">
        {unreachable ? text.storesUnreachable : text.updated}
      </p>
    </section>
  );
}
