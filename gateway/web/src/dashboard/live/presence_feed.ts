import presenceDocument from "../../../documents/dashboard_presence.graphql";
import type { DashboardPresenceSubscription } from "../../documents";
import { type Fault, isForbidden } from "../../graphql/fault";
import type { Live } from "../../graphql/live";
import { retryPause } from "../../graphql/retry_pause";

/** A learner's presence in the course. */
export type Presence = DashboardPresenceSubscription["presenceChanged"];

const DELIVERED_WITHIN = 2_000;

/** Who is online in a course, by learnerId. Each subscription delivers all of them again: those of the subscription
 * before are dropped if they are not among them. */
export class PresenceFeed {
  #present = new Map<string, Presence>();
  #earlier = new Set<string>();
  readonly #live: Live;
  readonly #course: string;
  readonly #changed: () => void;
  #unsubscribe: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #closed = false;
  readonly #unwatch: () => void;
  #fault: Fault | undefined;

  /** `changed` is called after each change. */
  constructor(live: Live, course: string, changed: () => void) {
    this.#live = live;
    this.#course = course;
    this.#changed = changed;
    this.#unwatch = live.watch((connection) => connection === "live" && this.#begin());
    this.#subscribe();
  }

  of(learnerId: string): Presence | undefined {
    return this.#present.get(learnerId);
  }

  /** Why it is not known who is online. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#unsubscribe();
  }

  #subscribe(): void {
    if (this.#closed) return;
    this.#unsubscribe = this.#live.subscribe(presenceDocument, { course: this.#course }, {
      next: ({ presenceChanged }) => this.#received(presenceChanged),
      ended: (faults) => void this.#ended(faults),
    });
    this.#begin();
  }

  #begin(): void {
    this.#earlier = new Set(this.#present.keys());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dropEarlier(), DELIVERED_WITHIN);
  }

  #dropEarlier(): void {
    this.#attempts = 0;
    this.#fault = undefined;
    for (const learnerId of this.#earlier) this.#present.delete(learnerId);
    this.#earlier.clear();
    this.#changed();
  }

  #received(presence: Presence): void {
    const learnerId = presence.learner?.learnerId;
    if (!learnerId) return;
    this.#earlier.delete(learnerId);
    if (presence.status === "OFFLINE") this.#present.delete(learnerId);
    else this.#present.set(learnerId, presence);
    this.#changed();
  }

  async #ended(faults: readonly Fault[]): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#fault = faults[0];
    this.#present = new Map();
    this.#changed();
    if (faults.some(isForbidden)) return;
    await retryPause(this.#attempts++);
    this.#subscribe();
  }
}
