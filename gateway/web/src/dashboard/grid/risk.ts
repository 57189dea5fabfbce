import type { Row } from "./rows";

/** Why a learner is at risk: no activity for two weeks, or far behind the course. */
export type Risk = "inactive" | "behind";

export const INACTIVE_DAYS = 14;
export const SHARE_BEHIND = 0.25;
const DAY = 86_400_000;

/** Why this learner is at risk; empty if they are not. Only an ACTIVE learner can be.
 *
 * Without any activity, the days count from the enrolment. `average` is the mean completion of the course, 0…1; null if
 * it is not known. */
export function riskOf(row: Pick<Row, "state" | "progress" | "enrolledAt">, average: number | null, now: Date): readonly Risk[] {
  if (row.state !== "ACTIVE" || !row.progress) return [];
  const since = row.progress.lastActivityAt ?? row.enrolledAt;
  const isInactive = since === null || now.getTime() - Date.parse(since) >= INACTIVE_DAYS * DAY;
  const isBehind = average !== null && average - row.progress.completion > SHARE_BEHIND;
  return [...(isInactive ? (["inactive"] as const) : []), ...(isBehind ? (["behind"] as const) : [])];
}
