import progressDocument from "../../documents/dashboard_progress.graphql";
import type { DashboardProgressSubscription } from "../documents";
import { type Fault, isForbidden } from "../graphql/fault";
import type { Live } from "../graphql/live";
import { retryPause } from "../graphql/retry_pause";

/** An update of one registration in the course. */
export type Update = DashboardProgressSubscription["progressUpdated"];

/** `catching-up`: the updates that were missed come first. `ended`: the viewer may not receive updates. */
export type FeedState = "connecting" | "live" | "reconnecting" | "catching-up" | "ended";

/** What the feed delivers. `reset`: updates were missed for good, so everything must be read again. */
export interface FeedReceiver {
  readonly updated: (update: Update) => void;
  readonly reset: () => void;
  readonly ended: (faults: readonly Fault[]) => void;
}

const QUIET = 1_000;
const LONGEST_CATCH_UP = 10_000; // the clocks of browser and gateway may differ
const FINAL = new Set(["BAD_USER_INPUT", "NOT_FOUND", "PERSISTED_QUERY_NOT_FOUND"]);

/** The live updates of a course, without a gap: after a lost connection it continues behind the last cursor. */
export class CourseFeed {
  readonly #receivers = new Set<FeedReceiver>();
  readonly #watchers = new Set<(state: FeedState) => void>();
  readonly #live: Live;
  readonly #variables: { course: string; after: string | null };
  #state: FeedState = "connecting";
  #close: (() => void) | null = null;
  #attempts = 0;
  #lostAt = 0;
  #fault: Fault | undefined;
  #subscribe: () => void = () => undefined;
  #isSubscribed = false;
  #hasGap = false;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(live: Live, course: string) {
    this.#live = live;
    this.#variables = { course, after: null };
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Why there are no updates: the store that does not answer, or what ended the feed. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** Call `watcher` at each change of the state. Returns what ends it. */
  watch(watcher: (state: FeedState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Receive the updates from now on. Returns what ends it. */
  receive(receiver: FeedReceiver): () => void {
    this.#receivers.add(receiver);
    this.#close ??= this.#open();
    return () => {
      this.#receivers.delete(receiver);
      if (this.#receivers.size > 0) return;
      this.#close?.();
      this.#close = null;
    };
  }

  #open(): () => void {
    let isClosed = false;
    let unsubscribe = () => undefined as void;
    this.#subscribe = () => {
      if (isClosed) return;
      this.#isSubscribed = true;
      unsubscribe = this.#live.subscribe(progressDocument, this.#variables, {
        next: ({ progressUpdated }) => this.#updated(progressUpdated),
        ended: (faults) => isClosed || this.#ended(faults),
      });
    };
    this.#variables.after = null;
    this.#set("connecting");
    const unwatch = this.#live.watch(() => this.#connectionChanged());
    this.#subscribe();
    if (this.#live.connection === "live") this.#set("live");
    return () => {
      isClosed = true;
      unwatch();
      unsubscribe();
      clearTimeout(this.#quiet);
    };
  }

  #updated(update: Update): void {
    this.#attempts = 0;
    this.#variables.after = update.cursor; // the next connection continues here
    for (const receiver of [...this.#receivers]) receiver.updated(update);
    if (this.#state !== "catching-up") return;
    const isNew = Date.parse(update.at) >= this.#lostAt || Date.now() > this.#lostAt + LONGEST_CATCH_UP;
    if (isNew) this.#caughtUp();
    else this.#catchUp();
  }

  #connectionChanged(): void {
    if (!this.#isSubscribed) return;
    if (this.#live.connection !== "live") {
      clearTimeout(this.#quiet);
      if (this.#state !== "connecting") this.#set("reconnecting");
    } else if (this.#state === "connecting") this.#set("live");
    else this.#resume();
  }

  /** The document is sent again. Without a cursor nothing says what was missed. */
  #resume(): void {
    this.#lostAt = Date.now();
    this.#hasGap ||= this.#variables.after === null;
    this.#catchUp();
  }

  #catchUp(): void {
    this.#set("catching-up");
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#caughtUp(), QUIET);
  }

  #caughtUp(): void {
    clearTimeout(this.#quiet);
    this.#fault = undefined;
    this.#attempts = 0;
    this.#set("live");
    if (!this.#hasGap) return;
    this.#hasGap = false;
    for (const receiver of [...this.#receivers]) receiver.reset();
  }

  #ended(faults: readonly Fault[]): void {
    clearTimeout(this.#quiet);
    this.#isSubscribed = false;
    if (faults.some(({ code }) => code === "CURSOR_EXPIRED")) {
      this.#variables.after = null;
      this.#subscribe();
      this.#resume();
      return;
    }
    this.#fault = faults[0];
    if (faults.some((fault) => isForbidden(fault) || FINAL.has(fault.code))) {
      this.#set("ended");
      for (const receiver of [...this.#receivers]) receiver.ended(faults);
    } else void this.#retry();
  }

  /** A store does not answer, or the gateway stops. */
  async #retry(): Promise<void> {
    this.#set("reconnecting");
    await retryPause(this.#attempts++);
    this.#subscribe();
    if (this.#live.connection === "live") this.#resume();
  }

  #set(state: FeedState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }
}
