import type { Window } from "../../documents";
import type { Tick } from "./bar_plot";

/** A window of time, as the schema has it. */
export interface Span {
  readonly start: string;
  readonly end: string;
}

const HOURS = [1, 2, 3, 6, 12, 24];
const DAYS = [1, 2, 3, 4, 7, 14, 28];

/** Marks of windows of time, at most `most`, with texts of the browser's locale in the zone. Hours are marked at round
 * hours, with the date below the first mark of each day. */
export function timeTicks(spans: readonly Span[], window: Window, zone: string, most: number): readonly Tick[] {
  if (window === "HOUR") return hourTicks(spans, zone, most);
  const step = (window === "DAY" ? DAYS : []).find((days) => spans.length / days <= most) ?? Math.ceil(spans.length / most);
  const date = new Intl.DateTimeFormat(undefined, { ...dateParts(spans), timeZone: zone });
  return spans.flatMap((span, at) => (at % step === 0 ? [{ at, text: date.format(new Date(span.start)) }] : []));
}

function hourTicks(spans: readonly Span[], zone: string, most: number): readonly Tick[] {
  const step = HOURS.find((hours) => spans.length / hours <= most) ?? Math.ceil(spans.length / most);
  const hour = new Intl.DateTimeFormat("en", { hour: "numeric", hourCycle: "h23", timeZone: zone });
  const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: zone });
  const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: zone });
  let day = "";
  return spans.flatMap(({ start }, at) => {
    const moment = new Date(start);
    if (Number(hour.format(moment)) % step !== 0) return [];
    const today = date.format(moment);
    const text = today === day ? time.format(moment) : `${time.format(moment)}\n${today}`;
    day = today;
    return [{ at, text }];
  });
}

/** The parts of a date's text: with the year where the windows are of more than one. */
function dateParts(spans: readonly Span[]): Intl.DateTimeFormatOptions {
  const [first, last] = [spans[0], spans.at(-1)];
  const long = first && last && new Date(last.end).getTime() - new Date(first.start).getTime() > 300 * 86_400_000;
  return long ? { month: "short", year: "2-digit" } : { day: "numeric", month: "short" };
}

/** A window's name, such as "3 Nov 2026" or "3 Nov 2026, 14:00". A week is named by its first day. */
export function spanName({ start }: Span, window: Window, zone: string): string {
  return new Intl.DateTimeFormat(undefined, {
    ...(window === "HOUR" ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium" }),
    timeZone: zone,
  }).format(new Date(start));
}
