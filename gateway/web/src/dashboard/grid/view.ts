import type { DashboardRowsQueryVariables, EnrollmentOrderField, EnrollmentState } from "../../documents";
import type { Place } from "../place";

const FIELDS: readonly EnrollmentOrderField[] = ["ENROLLED_AT", "COMPLETION", "LAST_ACTIVITY", "SCORE"];
export const STATES: readonly EnrollmentState[] = ["ACTIVE", "COMPLETED", "WITHDRAWN"];
export const INACTIVE_CHOICES = [7, 14, 30] as const;
const DAY = 86_400_000;

/** What the table shows: order, filter and page. Percentages are whole numbers of 0…100. */
export interface View {
  readonly field: EnrollmentOrderField;
  readonly direction: "ASC" | "DESC";
  readonly state: EnrollmentState | null;
  readonly atLeast: number | null;
  readonly below: number | null;
  readonly inactiveDays: number | null;
  /** The beginning of a name. The address does not have it: the gateway would see it. */
  readonly name: string;
  /** The cursors of the pages up to this one; empty on the first page. */
  readonly trail: readonly string[];
  /** Whether the trail has all pages before this one. The address has the last cursor only. */
  readonly isWhole: boolean;
}

type Kept = Pick<View, "name" | "trail" | "isWhole">;

/** The view of an address, and of what the browser keeps with it. What is not valid is ignored. */
export function viewOf({ search, kept }: Place): View {
  const { name = "", trail = [], isWhole = true } = (kept ?? {}) as Partial<Kept>;
  const after = search.get("after");
  const isKept = after === null || trail.at(-1) === after;
  return {
    field: FIELDS.find((field) => field === search.get("sort")) ?? "LAST_ACTIVITY",
    direction: search.get("direction") === "ASC" ? "ASC" : "DESC",
    state: STATES.find((state) => state === search.get("state")) ?? null,
    atLeast: percentIn(search.get("atLeast")),
    below: percentIn(search.get("below")),
    inactiveDays: INACTIVE_CHOICES.find((days) => String(days) === search.get("inactive")) ?? null,
    name,
    trail: after === null ? [] : isKept ? trail : [after],
    isWhole: isKept && (isWhole || after === null),
  };
}

/** The address of a view. */
export function searchOf(course: string, view: View): Record<string, string> {
  const after = view.trail.at(-1);
  return {
    course,
    sort: view.field,
    direction: view.direction,
    ...(view.state ? { state: view.state } : {}),
    ...(view.atLeast === null ? {} : { atLeast: String(view.atLeast) }),
    ...(view.below === null ? {} : { below: String(view.below) }),
    ...(view.inactiveDays === null ? {} : { inactive: String(view.inactiveDays) }),
    ...(after === undefined ? {} : { after }),
  };
}

/** What the browser keeps with the address of a view. */
export function keptOf({ name, trail, isWhole }: View): Kept {
  return { name, trail, isWhole };
}

/** Whether the view leaves learners out. */
export function isFiltered(view: View): boolean {
  return view.state !== null || view.atLeast !== null || view.below !== null || view.inactiveDays !== null || view.name !== "";
}

/** The variables of the view's document. `learnerIds`: those whose name begins as requested; null if none is requested. */
export function variablesOf(course: string, view: View, learnerIds: readonly string[] | null, now: Date): DashboardRowsQueryVariables {
  return {
    course,
    state: view.state ? [view.state] : null,
    filter: {
      completionAtLeast: view.atLeast === null ? null : view.atLeast / 100,
      completionBelow: view.below === null ? null : view.below / 100,
      inactiveSince: view.inactiveDays === null ? null : new Date(now.getTime() - view.inactiveDays * DAY).toISOString(),
      learnerIds,
    },
    orderBy: { field: view.field, direction: view.direction },
    after: view.trail.at(-1) ?? null,
  };
}

function percentIn(text: string | null): number | null {
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return value >= 0 && value <= 100 ? value : null;
}
