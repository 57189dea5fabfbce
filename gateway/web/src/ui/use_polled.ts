import { useEffect, useState } from "preact/hooks";

import type { Answer, Client } from "../graphql/client";
import { UNREACHABLE } from "../graphql/fault";
import type { Operation } from "../graphql/operation";

const LONGEST_MS = 8_000;
const TIMED_OUT: Answer<never> = { data: null, faults: [{ code: UNREACHABLE, message: "no answer in time", path: [] }] };

/** An operation's latest answer. It is read again `every` so many milliseconds after the last answer, while the page is
 * visible, and at once when `round` changes. A gateway that does not answer in time counts as unreachable. */
export function usePolled<Data>(
  client: Client,
  operation: Operation<Data, Record<string, never>>,
  every: number,
  round: number,
): Answer<Data> | undefined {
  const [answer, setAnswer] = useState<Answer<Data>>();
  useEffect(() => {
    const ended = new AbortController();
    let timer: number | undefined;
    let reading = false;
    const read = async () => {
      window.clearTimeout(timer);
      if (reading || document.hidden || ended.signal.aborted) return;
      reading = true;
      const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(LONGEST_MS)]);
      const latest = await client.run(operation, {}, signal).catch(() => TIMED_OUT);
      reading = false;
      if (ended.signal.aborted) return;
      setAnswer(latest);
      timer = window.setTimeout(read, every);
    };
    void read();
    document.addEventListener("visibilitychange", read);
    return () => {
      ended.abort();
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", read);
    };
  }, [client, operation, every, round]);
  return answer;
}
