import type { DashboardOverviewQuery } from "../../documents";
import { shortKey } from "./item_name";

type Course = NonNullable<DashboardOverviewQuery["course"]>;
type Counts = NonNullable<NonNullable<Course["summary"]>["items"]>[number];

/** An item of the course, with the numbers of enrolments. */
export interface FunnelRow extends Counts {
  readonly title: string;
}

/** The items of one module. The one without a title has the items that the newest version of the course does not have. */
export interface FunnelGroup {
  readonly key: string;
  readonly title: string | null;
  readonly rows: readonly FunnelRow[];
}

/** The funnel in the course's order. Items without any progress count 0. Without the catalog, items are named by key. */
export function funnelOf(modules: Course["modules"], items: readonly Counts[]): readonly FunnelGroup[] {
  const counts = new Map(items.map((each) => [each.itemKey, each]));
  const groups: FunnelGroup[] = (modules ?? []).map((module) => ({
    key: module.key,
    title: module.title,
    rows: module.items.map(({ key, title }) => ({ ...(counts.get(key) ?? nothing(key)), title })),
  }));
  const known = new Set(groups.flatMap(({ rows }) => rows.map(({ itemKey }) => itemKey)));
  const others = items.filter(({ itemKey }) => !known.has(itemKey)).map((each) => ({ ...each, title: shortKey(each.itemKey) }));
  return others.length > 0 ? [...groups, { key: "", title: null, rows: others }] : groups;
}

function nothing(itemKey: string): Counts {
  return { itemKey, started: 0, satisfied: 0, failed: 0, stoppedHere: 0 };
}
