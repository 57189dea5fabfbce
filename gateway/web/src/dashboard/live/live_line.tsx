import { useEffect, useState } from "preact/hooks";

import type { Fault } from "../../graphql/fault";
import { strings } from "../../strings";
import type { CourseFeed, FeedState } from "../course_feed";

const text = strings.dashboard.live;
const nothing = () => undefined;
/** The line only keeps the feed open. */
const NO_RECEIVER = { updated: nothing, reset: nothing, ended: nothing };

/** Says whether the page follows the course, and what it does where it does not. */
export function LiveLine({ feed }: { feed: CourseFeed }) {
  const [state, setState] = useState(feed.state);
  useEffect(() => {
    setState(feed.state);
    const unwatch = feed.watch(setState);
    const unreceive = feed.receive(NO_RECEIVER);
    return () => {
      unwatch();
      unreceive();
    };
  }, [feed]);
  return (
    <p class="live-line" role="status" aria-live="polite" data-connection={state}>
      <span class="live-dot" aria-hidden="true" />
      {sentence(state, feed.fault)}
    </p>
  );
}

function sentence(state: FeedState, fault: Fault | undefined): string {
  if (state === "reconnecting" && fault?.store) return text.storeDown;
  if (state !== "ended") return text.states[state];
  return (fault && Object.hasOwn(text.endedBy, fault.code) && text.endedBy[fault.code]) || text.ended;
}
