import { useEffect, useRef, useState } from "preact/hooks";

import type { DashboardRowsQueryVariables } from "../../documents";
import type { Client } from "../../graphql/client";
import { useRetry } from "../../ui/use_retry";
import type { CourseFeed } from "../course_feed";
import { type LivePage, LiveRows } from "./live_rows";

const NOTHING = () => undefined;

/** The page of rows with these variables, kept current; undefined until it is first requested. Variables are compared by
 * their JSON; null reads nothing. */
export function useLiveRows(client: Client, feed: CourseFeed, variables: DashboardRowsQueryVariables | null): [LivePage | undefined, () => void] {
  const [page, setPage] = useState<LivePage>();
  const rows = useRef<LiveRows>(null);
  useEffect(() => {
    const opened = new LiveRows(client, feed, setPage);
    rows.current = opened;
    return () => opened.close();
  }, [client, feed]);
  const text = JSON.stringify(variables);
  useEffect(() => {
    if (text !== "null") rows.current?.show(JSON.parse(text) as DashboardRowsQueryVariables);
  }, [client, feed, text]);
  const readAgain = rows.current?.readAgain ?? NOTHING;
  useRetry(page?.reading ? undefined : page?.answer?.faults, rows.current?.retry ?? NOTHING);
  const isBehind = page !== undefined && JSON.stringify(page.variables) !== text;
  return [isBehind ? { ...page, reading: true } : page, readAgain];
}
