import { useEffect, useRef, useState } from "preact/hooks";

import type { Live } from "../../graphql/live";
import { PresenceFeed } from "../live/presence_feed";
import { FrameBatch } from "./frame_batch";

/** Who is online in the course; null before it is known. The page is rendered again with each change. */
export function usePresence(live: Live, course: string): PresenceFeed | null {
  const [, setRound] = useState(0);
  const feed = useRef<PresenceFeed | null>(null);
  useEffect(() => {
    const batch = new FrameBatch(() => setRound((round) => round + 1));
    const opened = new PresenceFeed(live, course, () => batch.request());
    feed.current = opened;
    return () => {
      opened.close();
      batch.close();
    };
  }, [live, course]);
  return feed.current;
}
