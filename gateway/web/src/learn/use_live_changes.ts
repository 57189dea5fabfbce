import { useEffect, useState } from "preact/hooks";

import progressDocument from "../../documents/learn_progress.graphql";
import resumeDocument from "../../documents/learn_resume.graphql";
import { follow } from "../graphql/follow";
import type { Live } from "../graphql/live";
import type { Course, Moved } from "./courses";

const GATHER = 300;
const MOST_FOLLOWED = 20;

/** Follow a learner's progress and resume points. `changes` grows with each change of progress: it is read again then,
 * at most once in 300 ms. After a lost connection everything is read again, so no change is missed. */
export function useLiveChanges(
  live: Live,
  learner: string | undefined,
  courses: readonly Course[] | undefined,
  readAgain: () => void,
): { moved: Moved; changes: number } {
  const [moved, setMoved] = useState<Moved>(new Map());
  const [changes, setChanges] = useState(0);
  const followed = (courses ?? []).filter(({ state }) => state !== "WITHDRAWN").map(({ registration }) => registration);
  const key = followed.slice(0, MOST_FOLLOWED).join(" ");

  useEffect(() => {
    if (!learner) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setChanges((count) => count + 1);
        readAgain();
      }, GATHER);
    };
    let lost = false;
    const ends = [
      follow(live, progressDocument, { learner }, { next: changed, reopened: changed }),
      live.watch((connection) => {
        if (connection === "live" && lost) changed();
        lost = connection === "waiting";
      }),
      () => clearTimeout(timer),
    ];
    return () => ends.forEach((end) => end());
  }, [live, learner, readAgain]);

  useEffect(() => {
    const ends = (key ? key.split(" ") : []).map((registration) =>
      follow(live, resumeDocument, { registration }, {
        next: ({ resumeMoved }) => setMoved((before) => new Map(before).set(registration, resumeMoved)),
        reopened: () => undefined, // the current point comes first
      }),
    );
    return () => ends.forEach((end) => end());
  }, [live, key]);

  return { moved, changes };
}
