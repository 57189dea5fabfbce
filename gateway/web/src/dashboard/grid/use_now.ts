import { useEffect, useState } from "preact/hooks";

const MINUTE = 60_000;

/** The time, to the minute: what is relative to it is rendered again as time passes. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), MINUTE);
    return () => clearInterval(timer);
  }, []);
  return now;
}
