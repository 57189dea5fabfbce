import progressDocument from "../../documents/dashboard_progress.graphql";
import type { DashboardProgressSubscription } from "../documents";
import type { Fault } from "../graphql/fault";
import type { Live } from "../graphql/live";

/** An update of one registration in the course. */
export type Update = DashboardProgressSubscription["progressUpdated"];

/** What the feed delivers. `reset`: updates were missed for good, so everything must be read again. */
export interface FeedReceiver {
  readonly updated: (update: Update) => void;
  readonly reset: () => void;
  readonly ended: (faults: readonly Fault[]) => void;
}

/** The live updates of a course, without a gap: after a lost connection it continues behind the last cursor. */
export class CourseFeed {
  readonly #receivers = new Set<FeedReceiver>();
  readonly #live: Live;
  readonly #course: string;
  #end: (() => void) | null = null;

  constructor(live: Live, course: string) {
    this.#live = live;
    this.#course = course;
  }

  /** Receive the updates from now on. Returns what ends it. */
  receive(receiver: FeedReceiver): () => void {
    this.#receivers.add(receiver);
    this.#end ??= this.#open();
    return () => {
      this.#receivers.delete(receiver);
      if (this.#receivers.size > 0) return;
      this.#end?.();
      this.#end = null;
    };
  }

  #open(): () => void {
    const variables: { course: string; after: string | null } = { course: this.#course, after: null };
    return this.#live.subscribe(progressDocument, variables, {
      next: ({ progressUpdated }) => {
        variables.after = progressUpdated.cursor; // the next connection continues here
        for (const receiver of this.#receivers) receiver.updated(progressUpdated);
      },
      ended: (faults) => this.#ended(faults),
    });
  }

  #ended(faults: readonly Fault[]): void {
    if (faults.some(({ code }) => code === "CURSOR_EXPIRED")) {
      this.#end = this.#open();
      for (const receiver of this.#receivers) receiver.reset();
      return;
    }
    for (const receiver of this.#receivers) receiver.ended(faults);
  }
}
