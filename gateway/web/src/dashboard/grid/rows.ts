import type { DashboardRowsQuery } from "../../documents";
import type { Update } from "../course_feed";

/** A learner's row. */
export type Row = NonNullable<DashboardRowsQuery["enrollments"]>["edges"][number]["node"];

/** Updates by registration: the newest of each. */
export type Updates = ReadonlyMap<string, Update>;

/** The rows of a page, and what happened since they were read. */
export interface Rows {
  readonly rows: readonly Row[];
  /** How often each registration's row changed. */
  readonly changes: ReadonlyMap<string, number>;
  /** The registrations outside of the page that changed. */
  readonly outside: ReadonlySet<string>;
}

/** The rows as they were read, with the updates that came meanwhile. */
export function rowsOf(read: readonly Row[], updates: Updates): Rows {
  return withUpdates({ rows: read, changes: new Map(), outside: new Set() }, updates);
}

/** The rows after updates. Their order stays. An update that is not newer than its row changes nothing. */
export function withUpdates({ rows, changes, outside }: Rows, updates: Updates): Rows {
  const onPage = new Set(rows.map(({ registration }) => registration));
  const changedHere = new Map(changes);
  const next = rows.map((row) => {
    const update = updates.get(row.registration);
    if (!update || !isNewer(update.progress.version, row.progress?.version)) return row;
    changedHere.set(row.registration, (changedHere.get(row.registration) ?? 0) + 1);
    return { ...row, progress: update.progress, state: stateAfter(row, update) };
  });
  const elsewhere = [...updates.keys()].filter((registration) => !onPage.has(registration));
  return { rows: next, changes: changedHere, outside: elsewhere.length ? new Set([...outside, ...elsewhere]) : outside };
}

/** The rows with some of them read again. A row that has changed meanwhile keeps its newer progress. */
export function withReadAgain(before: Rows, again: readonly Row[]): Rows {
  const read = new Map(again.map((row) => [row.registration, row]));
  const rows = before.rows.map((row) => {
    const found = read.get(row.registration);
    if (!found) return row;
    const isOlder = row.progress && isNewer(row.progress.version, found.progress?.version);
    return isOlder ? { ...found, progress: row.progress, state: row.state } : found;
  });
  return { ...before, rows };
}

/** Whether a version of progress is newer than another one, or than none. Versions are integers in texts. */
export function isNewer(version: string, than: string | undefined): boolean {
  return than === undefined || BigInt(version) > BigInt(than);
}

function stateAfter(row: Row, { progress }: Update): Row["state"] {
  return row.state === "WITHDRAWN" ? row.state : progress.satisfied ? "COMPLETED" : "ACTIVE";
}
