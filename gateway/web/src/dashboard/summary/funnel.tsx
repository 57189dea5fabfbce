import { formatNumber } from "../../format";
import { strings } from "../../strings";
import type { FunnelGroup, FunnelRow } from "./funnel_rows";

const text = strings.dashboard.overview;
const COLUMNS = ["started", "satisfied", "failed", "stoppedHere"] as const;

/** Each item of the course: how many enrolments started it, satisfied it, failed it, and stopped there. The bars of all
 * columns have the same scale. */
export function Funnel({ groups }: { groups: readonly FunnelGroup[] }) {
  const rows = groups.flatMap((group) => group.rows);
  const most = Math.max(1, ...rows.flatMap((row) => COLUMNS.map((column) => row[column])));
  return (
    <section class="card funnel" aria-labelledby="funnel">
      <h2 id="funnel" tabIndex={-1}>{text.funnel.title}</h2>
      <p class="chart-sentence">{sentenceOf(rows)}</p>
      {rows.length > 0 && (
        <div class="scrolls funnel-rows" tabIndex={0} role="region" aria-labelledby="funnel">
          <table class="numbers">
            <thead>
              <tr>
                <th scope="col">{text.funnel.item}</th>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" title={text.funnel.meanings[column]}>
                    {text.funnel.columns[column]}
                  </th>
                ))}
              </tr>
            </thead>
            {groups.map((group) => (
              <Group key={group.key} group={group} most={most} />
            ))}
          </table>
        </div>
      )}
    </section>
  );
}

function Group({ group, most }: { group: FunnelGroup; most: number }) {
  return (
    <tbody>
      <tr class="funnel-module">
        <th scope="rowgroup" colSpan={1 + COLUMNS.length}>
          <bdi>{group.title ?? text.funnel.otherItems}</bdi>
        </th>
      </tr>
      {group.rows.map((row) => (
        <tr key={row.itemKey} data-item={row.itemKey}>
          <th scope="row">
            <bdi>{row.title}</bdi>
          </th>
          {COLUMNS.map((column) => (
            <td key={column} class={`funnel-${column}`}>
              {formatNumber(row[column])}
              <span class="funnel-scale">
                <span class="funnel-bar" style={{ width: `${(100 * row[column]) / most}%` }} />
              </span>
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

function sentenceOf(rows: readonly FunnelRow[]): string {
  const [first, ...others] = rows;
  if (!first) return text.funnel.none;
  const where = others.reduce((most, row) => (row.stoppedHere > most.stoppedHere ? row : most), first);
  if (where.stoppedHere === 0) return text.funnel.noStops(rows.length);
  return text.funnel.mostStops(where.title, formatNumber(where.stoppedHere));
}
