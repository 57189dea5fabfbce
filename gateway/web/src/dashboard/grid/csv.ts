/** A cell. A date is written as ISO text in UTC; null is an empty cell. */
export type Cell = string | number | Date | null;

const BYTE_ORDER_MARK = "\uFEFF"; // Excel reads UTF-8 only with it
const FORMULA = /^[=+\-@\t\r]/;

/** Rows as CSV (RFC 4180). Text that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cellText).join(",")}\r\n`).join("");
}

/** A file's name for a course and a day, from letters, digits and hyphens of any script. */
export function csvName(course: string, day: Date): string {
  const name = course.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `${name}_${day.toISOString().slice(0, 10)}.csv`;
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
