import { type Fault, isPassing } from "./fault";
import type { Live } from "./live";
import type { Operation } from "./operation";
import { retryPause } from "./retry_pause";

/** What following delivers. `reopened`: the subscription had ended, so events may have been missed. */
export interface Follower<Data> {
  readonly next: (data: Data) => void;
  readonly reopened: () => void;
}

const CURSOR_EXPIRED = "CURSOR_EXPIRED";

/** Subscribe, and again, after a pause, when a store's fault has ended the subscription. A cursor in `variables.after`
 * that has expired is dropped. Returns what ends it. */
export function follow<Data, Variables extends Record<string, unknown>>(
  live: Live,
  operation: Operation<Data, Variables>,
  variables: Variables,
  follower: Follower<Data>,
): () => void {
  let closed = false;
  let attempts = 0;
  let unsubscribe: () => void = () => undefined;
  const open = () => {
    if (closed) return;
    const next = (data: Data) => {
      attempts = 0;
      follower.next(data);
    };
    unsubscribe = live.subscribe(operation, variables, { next, ended: (faults) => void ended(faults) });
  };
  const ended = async (faults: readonly Fault[]) => {
    const expired = faults.some(({ code }) => code === CURSOR_EXPIRED);
    if (expired) Object.assign(variables, { after: null });
    else if (faults.some(isPassing)) await retryPause(attempts++);
    else return;
    if (closed) return;
    open();
    follower.reopened();
  };
  open();
  return () => {
    closed = true;
    unsubscribe();
  };
}
