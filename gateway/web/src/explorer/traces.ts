import { Observed } from "./observed";

/** A call of a store, as `extensions.stores` lists it. Times are in milliseconds from the begin of the operation. */
export interface Batch {
  readonly store: string;
  readonly call: string;
  readonly keys: number;
  readonly startMs: number;
  readonly ms: number;
}

/** A read of the plan. It has a store and a call, or the name of a path that reads by other paths. */
export interface PlanRead {
  readonly field: string;
  readonly keys: number;
  readonly store?: string;
  readonly call?: string;
}

/** What `extensions` says of an operation. A part is absent if the viewer may not see it. */
export interface Trace {
  readonly stores?: { readonly calls: number; readonly batches: readonly Batch[] };
  readonly cost?: { readonly estimated: number; readonly actual: number };
  readonly plan?: { readonly fallback?: string; readonly reads?: readonly PlanRead[] };
}

/** A row of the waterfall. `source` is `shared` if a read of another operation answered, and no store was called. */
export interface WaterfallRow extends Batch {
  readonly source: "store" | "shared";
}

/** The trace of the last operation; null before the first, undefined if it had none. */
export class Traces extends Observed<Trace | null | undefined> {
  constructor() {
    super(null);
  }

  record(extensions: Trace | undefined): void {
    this.set(extensions?.stores ? extensions : undefined);
  }
}

/** The store calls by their begin, after the reads that needed none. */
export function waterfall({ stores, plan }: Trace): readonly WaterfallRow[] {
  const batches = stores?.batches ?? [];
  const called = new Set(batches.map(({ store, call }) => `${store}.${call}`));
  const shared = new Map<string, WaterfallRow>();
  for (const { store, call, keys } of plan?.reads ?? []) {
    if (!store || !call || called.has(`${store}.${call}`)) continue;
    shared.set(`${store}.${call}`, { store, call, keys, startMs: 0, ms: 0, source: "shared" });
  }
  const rows = batches.map((batch) => ({ ...batch, source: "store" as const }));
  return [...shared.values(), ...rows.sort((one, other) => one.startMs - other.startMs)];
}
