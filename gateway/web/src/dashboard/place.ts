import { useCallback, useEffect, useState } from "preact/hooks";

/** What the address names: a course, and the registration of a learner in it. Other parameters are a view's own. */
export interface Place {
  readonly course: string | null;
  readonly registration: string | null;
  readonly search: URLSearchParams;
  /** What the browser keeps with the entry of its history: it is not part of the address. */
  readonly kept: unknown;
}

/** Go to the address with these parameters. `replace`: the browser's history has no entry for it. */
export type Go = (search: Readonly<Record<string, string>>, more?: { replace?: boolean; kept?: unknown }) => void;

/** The place in the address, and a function that goes to another one. The browser's history leads back. */
export function usePlace(): [Place, Go] {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const moved = () => setPlace(readPlace());
    window.addEventListener("popstate", moved);
    return () => window.removeEventListener("popstate", moved);
  }, []);
  const go = useCallback<Go>((search, { replace = false, kept = null } = {}) => {
    const before = readPlace();
    if (replace) window.history.replaceState(kept, "", addressOf(search));
    else window.history.pushState(kept, "", addressOf(search));
    const after = readPlace();
    setPlace(after);
    if (after.course !== before.course || after.registration !== before.registration) window.scrollTo(0, 0);
  }, []);
  return [place, go];
}

/** The address of the dashboard with these parameters. */
export function addressOf(search: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(search).toString();
  return query ? `/dashboard?${query}` : "/dashboard";
}

function readPlace(): Place {
  const search = new URLSearchParams(window.location.search);
  return { course: search.get("course"), registration: search.get("registration"), search, kept: window.history.state };
}
