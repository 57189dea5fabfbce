import { useCallback, useEffect, useState } from "preact/hooks";

/** What the address names: a course, and the registration of a learner in it. Other parameters are a view's own. */
export interface Place {
  readonly course: string | null;
  readonly registration: string | null;
}

/** The place in the address, and a function that goes to another one. The browser's history leads back. */
export function usePlace(): [Place, (search: Record<string, string>) => void] {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const moved = () => setPlace(readPlace());
    window.addEventListener("popstate", moved);
    return () => window.removeEventListener("popstate", moved);
  }, []);
  const go = useCallback((search: Record<string, string>) => {
    window.history.pushState(null, "", addressOf(search));
    setPlace(readPlace());
    window.scrollTo(0, 0);
  }, []);
  return [place, go];
}

/** The address of the dashboard with these parameters. */
export function addressOf(search: Record<string, string>): string {
  const query = new URLSearchParams(search).toString();
  return query ? `/dashboard?${query}` : "/dashboard";
}

function readPlace(): Place {
  const search = new URLSearchParams(window.location.search);
  return { course: search.get("course"), registration: search.get("registration") };
}
