import { useEffect, useState } from "preact/hooks";

import type { Fault } from "../../graphql/fault";
import { strings } from "../../strings";
import type { CourseFeed } from "../course_feed";

const text = strings.dashboard.live;

/** Says whether the page follows the course, and what it does where it does not. */
export function LiveLine({ feed }: { feed: CourseFeed }) {
  const [state, setState] = useState(feed.state);
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    setState(feed.state);
    const unwatch = feed.watch(setState);
    const nothing = () => undefined;
    const unreceive = feed.receive({ updated: nothing, reset: nothing, ended: ([first]) => setFault(first) });
    return () => {
      unwatch();
      unreceive();
    };
  }, [feed]);
  const ended = fault && Object.hasOwn(text.endedBy, fault.code) ? text.endedBy[fault.code] : text.ended;
  return (
    <p class="live-line" role="status" aria-live="polite" data-connection={state}>
      <span class="live-dot" aria-hidden="true" />
      {state === "ended" ? ended : text.states[state]}
    </p>
  );
}
