import { useEffect, useReducer } from "preact/hooks";

import type { Session } from "../session/session";

/** How often the viewer has changed since the page opened. A change renders the component again. */
export function useSignIns(session: Session): number {
  const [signIns, changed] = useReducer((count: number) => count + 1, 0);
  useEffect(() => session.watch(() => changed(undefined)), [session]);
  return signIns;
}
