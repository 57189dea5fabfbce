import { strings } from "../../strings";
import { type Cell, csvName, csvOf } from "./csv";
import { riskOf } from "./risk";
import type { Row } from "./rows";

const text = strings.dashboard.grid;

/** The rows on screen as CSV. Shares are 0…1. */
export function gridCsv(rows: readonly Row[], presence: (learnerId: string) => string, average: number | null, now: Date): string {
  const date = (at: string | null | undefined) => (at ? new Date(at) : null);
  const cells = rows.map((row): readonly Cell[] => [
    row.learner?.displayName ?? null,
    row.learnerId,
    row.registration,
    row.state,
    row.progress?.completion ?? null,
    row.progress?.itemsDone ?? null,
    row.progress?.itemsTotal ?? null,
    row.progress?.score ?? null,
    date(row.progress?.lastActivityAt),
    row.learner?.streak?.current ?? null,
    row.learner?.streak?.longest ?? null,
    presence(row.learnerId),
    riskOf(row, average, now).join(" "),
    date(row.enrolledAt),
    date(row.completedAt),
  ]);
  return csvOf([text.csvColumns, ...cells]);
}

/** Have the browser save a CSV file. */
export function saveCsv(csv: string, course: string, now: Date): void {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = csvName(course, now);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
