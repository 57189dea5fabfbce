import type { Verb } from "../../documents";

/** The verbs of a timeline, in the groups that its filter offers. Each verb is in one group. */
export const VERB_GROUPS = {
  visits: ["LAUNCHED", "INITIALIZED", "EXPERIENCED", "VIEWED", "INTERACTED", "ABANDONED", "TERMINATED"],
  video: ["PLAYED", "PAUSED", "SEEKED"],
  attempts: ["ANSWERED", "ATTEMPTED", "PASSED", "FAILED"],
  progress: ["PROGRESSED", "COMPLETED", "WAIVED"],
  discussion: ["POSTED", "COMMENTED", "RATED"],
  enrollment: ["REGISTERED", "UNREGISTERED"],
  other: ["VOIDED", "OTHER"],
} as const satisfies Readonly<Record<string, readonly Verb[]>>;

export type VerbGroup = keyof typeof VERB_GROUPS;
