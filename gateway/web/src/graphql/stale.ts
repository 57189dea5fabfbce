/** A store that does not answer, and when the oldest of its data on the page were read from it. */
export interface StaleStore {
  readonly store: string;
  readonly readAt: Date;
}

/** The stores of an answer that do not answer, and whose last good values it has (`extensions.sources`). */
export function staleStores(extensions: unknown, now: Date): readonly StaleStore[] {
  const { sources = [] } = (extensions ?? {}) as { sources?: readonly Source[] };
  return sources.flatMap(({ store, state, ageMs }) => (state === "STALE" ? [{ store, readAt: new Date(now.getTime() - (ageMs ?? 0)) }] : []));
}

interface Source {
  readonly store: string;
  readonly state: "LIVE" | "STALE" | "DOWN";
  readonly ageMs: number | null;
}

const FORGET_MS = 45_000;

/** The old data of a page, by the last answer to each operation. What is shown is read again at least every 30 seconds
 * (`useRetry`): an answer that is older is no longer shown. */
export class StaleData {
  readonly #byOperation = new Map<string, readonly StaleStore[]>();
  readonly #timers = new Map<string, number>();
  readonly #watchers = new Set<(stores: readonly StaleStore[]) => void>();

  /** Each store once, with its oldest data. */
  get stores(): readonly StaleStore[] {
    const oldest = new Map<string, StaleStore>();
    for (const each of [...this.#byOperation.values()].flat()) {
      const before = oldest.get(each.store);
      if (!before || each.readAt < before.readAt) oldest.set(each.store, each);
    }
    return [...oldest.values()];
  }

  /** Call `watcher` after each change, until the function that is returned is called. */
  watch(watcher: (stores: readonly StaleStore[]) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** An operation was answered with old data of these stores; of none, if its data are current. */
  answered(operation: string, stores: readonly StaleStore[]): void {
    window.clearTimeout(this.#timers.get(operation));
    const wasStale = this.#byOperation.delete(operation);
    if (stores.length) {
      this.#byOperation.set(operation, stores);
      this.#timers.set(operation, window.setTimeout(() => this.answered(operation, []), FORGET_MS));
    }
    if (wasStale || stores.length) for (const watcher of this.#watchers) watcher(this.stores);
  }
}
