import { useCallback, useEffect, useState } from "preact/hooks";

import homeViewerDocument from "../../documents/home_viewer.graphql";
import type { HomeViewerQuery } from "../documents";
import type { Answer } from "../graphql/client";
import type { Fault } from "../graphql/fault";
import type { Page } from "../ui/start_page";
import { useRetry } from "../ui/use_retry";
import { useSignIns } from "../ui/use_sign_ins";

export type Viewer = NonNullable<HomeViewerQuery["viewer"]>;

/** The viewer; null if there is none, undefined until that is known. `fault` says why it cannot be known. */
export interface KnownViewer {
  readonly viewer: Viewer | null | undefined;
  readonly fault: Fault | undefined;
  readonly readAgain: () => void;
}

/** Who the viewer is, also after each sign-in and sign-out. The last viewer stays until the new one is known. */
export function useViewer(page: Page): KnownViewer {
  const signIns = useSignIns(page.session);
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Answer<HomeViewerQuery> | null>();
  useEffect(() => {
    // Without a token only a demo has a viewer. Others would refuse the request.
    if (!page.session.token && !page.settings.demo) return setAnswer(null);
    const abort = new AbortController();
    page.client.run(homeViewerDocument, {}, abort.signal).then(setAnswer, () => undefined);
    return () => abort.abort();
  }, [page, signIns, round]);
  const readAgain = useCallback(() => setRound((value) => value + 1), []);
  useRetry(answer?.faults, readAgain);
  const viewer = answer === null ? null : (answer?.data?.viewer ?? undefined);
  return { viewer, fault: viewer ? undefined : answer?.faults[0], readAgain };
}
