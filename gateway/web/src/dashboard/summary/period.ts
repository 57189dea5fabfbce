import type { Window } from "../../documents";

/** The periods that the charts of time offer. `all` ends now and is as long as the schema allows in weeks. */
export const PERIODS = {
  day: { window: "HOUR", hours: 24 },
  twoDays: { window: "HOUR", hours: 48 },
  twoWeeks: { window: "DAY", hours: 14 * 24 },
  eightWeeks: { window: "DAY", hours: 56 * 24 },
  year: { window: "WEEK", hours: 52 * 7 * 24 },
  all: { window: "WEEK", hours: 950 * 7 * 24 },
} as const satisfies Readonly<Record<string, { window: Window; hours: number }>>;

export type PeriodName = keyof typeof PERIODS;

const HOUR = 3_600_000;
const WINDOW_HOURS: Readonly<Record<Window, number>> = { HOUR: 1, DAY: 24, WEEK: 168 };

/** A period of time: its length, and how many lengths before now it ends. */
export interface Period {
  readonly name: PeriodName;
  readonly back: number;
}

/** The range of a period. Windows are never cut, so that it begins within its first one. */
export function rangeOf({ name, back }: Period, now: Date): { from: string; to: string } {
  const { window, hours } = PERIODS[name];
  const end = now.getTime() - back * hours * HOUR;
  const start = end - (hours - WINDOW_HOURS[window]) * HOUR;
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

const MOST_EMPTY = 60;

/** The part of `count` windows from the first to the last that has anything, for `slice`. The empty windows at the ends
 * stay unless there are many. */
export function filledPart(count: number, hasAny: (index: number) => boolean): [start: number, end: number] {
  if (count <= MOST_EMPTY) return [0, count];
  const filled = Array.from({ length: count }, (_, index) => hasAny(index));
  const first = filled.indexOf(true);
  return first < 0 ? [count - MOST_EMPTY, count] : [first, filled.lastIndexOf(true) + 1];
}
