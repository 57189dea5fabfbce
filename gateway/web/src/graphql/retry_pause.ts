const SHORTEST = 250;
const LONGEST = 10_000;
const WAKE: readonly [EventTarget, string][] = [
  [window, "online"],
  [window, "pageshow"],
  [document, "visibilitychange"],
];

/** Wait before attempt number `retries` + 1: each pause is twice the last one, at most ten seconds, and of random length
 * from its half. A page that is shown again, and a network that is back, end the pause. */
export function retryPause(retries: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      if (document.hidden) return;
      clearTimeout(timer);
      for (const [target, name] of WAKE) target.removeEventListener(name, end);
      resolve();
    };
    const pause = Math.min(LONGEST, SHORTEST * 2 ** Math.min(retries, 10)) * (0.5 + Math.random() / 2);
    const timer = setTimeout(() => {
      for (const [target, name] of WAKE) target.removeEventListener(name, end);
      resolve();
    }, pause);
    for (const [target, name] of WAKE) target.addEventListener(name, end);
  });
}
