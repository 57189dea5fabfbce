import { useEffect, useState } from "preact/hooks";

import progressDocument from "../../../documents/dashboard_learner_progress.graphql";
import resumeDocument from "../../../documents/dashboard_learner_resume.graphql";
import type { DashboardLearnerProgressSubscription, DashboardLearnerResumeSubscription } from "../../documents";
import { follow } from "../../graphql/follow";
import type { Live } from "../../graphql/live";
import { Pace } from "../summary/pace";

type Update = DashboardLearnerProgressSubscription["progressUpdated"];
export type ItemRow = Update["changed"][number];

/** What the subscriptions of one enrolment have delivered since the page was opened. */
export interface LearnerFeed {
  readonly progress: Update["progress"] | null;
  /** The items that changed, by key. */
  readonly items: ReadonlyMap<string, ItemRow>;
  readonly resume: DashboardLearnerResumeSubscription["resumeMoved"] | null;
  /** Grows at updates, at most every two seconds, and once after the last of them: the parts that have no subscription
   * are then read again. */
  readonly pulse: number;
}

const NOTHING: LearnerFeed = { progress: null, items: new Map(), resume: null, pulse: 0 };
const SPACING = 2_000;
/** The timeline and the presence follow a commit within this time. */
const SETTLED = 3_000;

/** Follow one enrolment: its progress and where the learner is. */
export function useLearnerFeed(live: Live, registration: string): LearnerFeed {
  const [feed, setFeed] = useState(NOTHING);
  useEffect(() => {
    setFeed(NOTHING);
    const pace = new Pace(() => setFeed((before) => ({ ...before, pulse: before.pulse + 1 })), SPACING);
    let settled: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      pace.request();
      clearTimeout(settled);
      settled = setTimeout(() => pace.request(), SETTLED);
    };
    const ends = [followProgress(live, registration, setFeed, changed), followResume(live, registration, setFeed, changed)];
    return () => {
      clearTimeout(settled);
      pace.close();
      for (const end of ends) end();
    };
  }, [live, registration]);
  return feed;
}

type Change = (change: (before: LearnerFeed) => LearnerFeed) => void;

function followProgress(live: Live, registration: string, change: Change, changed: () => void): () => void {
  const variables: { registration: string; after: string | null } = { registration, after: null };
  return follow(live, progressDocument, variables, {
    next: ({ progressUpdated: { cursor, progress, changed: items } }) => {
      variables.after = cursor; // the next connection continues here
      change((before) => ({ ...before, progress, items: new Map([...before.items, ...byKey(items)]) }));
      changed();
    },
    reopened: changed,
  });
}

function followResume(live: Live, registration: string, change: Change, changed: () => void): () => void {
  let first = true;
  return follow(live, resumeDocument, { registration }, {
    next: ({ resumeMoved }) => {
      change((before) => ({ ...before, resume: resumeMoved }));
      if (!first) changed(); // the first one is where the learner was when the page was opened
      first = false;
    },
    reopened: () => undefined, // the current point comes first
  });
}

function byKey(items: readonly ItemRow[]): (readonly [string, ItemRow])[] {
  return items.map((item) => [item.itemKey, item]);
}
