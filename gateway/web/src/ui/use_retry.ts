import { useEffect, useRef } from "preact/hooks";

import { type Fault, isPassing } from "../graphql/fault";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;

/** Read again, with backoff, while a store does not answer and the page is visible. `faults` are those of the last answer. */
export function useRetry(faults: readonly Fault[] | undefined, readAgain: () => void): void {
  const failures = useRef(0);
  useEffect(() => {
    if (!faults?.some(isPassing)) {
      failures.current = 0;
      return undefined;
    }
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures.current);
    failures.current += 1;
    const timer = setTimeout(attempt, wait);
    function attempt() {
      if (document.visibilityState === "visible") readAgain();
      else document.addEventListener("visibilitychange", readAgain, { once: true });
    }
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", readAgain);
    };
  }, [faults, readAgain]);
}
