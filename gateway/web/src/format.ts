/** Texts of dates and numbers in the browser's locale. Times are in the browser's zone unless a zone is given. */
const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export const formatNumber = (value: number): string => number.format(value);

/** A share of 0…1 in whole percent. Only 1 is shown as 100 %, and only 0 as 0 %. */
export function formatShare(share: number): string {
  const rounded = Math.round(share * 100) / 100;
  if (rounded === 1 && share < 1) return percent.format(0.99);
  if (rounded === 0 && share > 0) return percent.format(0.01);
  return percent.format(rounded);
}

export function formatDate(at: string | Date, timeZone?: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", ...zone(timeZone) }).format(new Date(at));
}

export function formatDateTime(at: string | Date, timeZone?: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short", ...zone(timeZone) }).format(new Date(at));
}

/** How long ago, such as "3 hr. ago". What came after `now`, which a page renews once a minute, is "now". */
export function formatAgo(at: string | Date, now: Date): string {
  const seconds = Math.min(0, new Date(at).getTime() - now.getTime()) / 1_000;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return relative.format(Math.round(seconds / length), unit);
}

/** A duration in hours and minutes, such as "3 hr 20 min". */
export function formatDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const parts = [...(hours ? [unit(hours, "hour")] : []), ...(minutes % 60 || !hours ? [unit(minutes % 60, "minute")] : [])];
  return parts.join(" ");
}

function unit(value: number, name: "hour" | "minute"): string {
  return new Intl.NumberFormat(undefined, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
}

function zone(timeZone?: string): { timeZone?: string } {
  return timeZone ? { timeZone } : {};
}
