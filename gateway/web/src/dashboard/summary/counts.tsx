import type { DashboardOverviewQuery } from "../../documents";
import { formatNumber, formatShare } from "../../format";
import { strings } from "../../strings";

const text = strings.dashboard.overview.counts;
type Course = NonNullable<DashboardOverviewQuery["course"]>;
type Summary = NonNullable<Course["summary"]>;

/** The numbers of a course. A number that is not known is a dash; before the first answer the places are empty. */
export function Counts({ summary, onlineNow }: { summary: Summary | null | undefined; onlineNow: number | null | undefined }) {
  const share = (value: number | null) => (value === null ? text.none : formatShare(value));
  return (
    <dl class="counts" data-summary={summary ? "" : undefined}>
      <Count name="onlineNow" value={onlineNow === undefined ? "" : onlineNow === null ? text.none : formatNumber(onlineNow)} />
      {(["enrolled", "active", "completed", "withdrawn"] as const).map((name) => (
        <Count key={name} name={name} value={summary ? formatNumber(summary[name]) : summary === null ? text.none : ""} />
      ))}
      {(["averageCompletion", "averageScore"] as const).map((name) => (
        <Count key={name} name={name} value={summary ? share(summary[name]) : summary === null ? text.none : ""} />
      ))}
    </dl>
  );
}

function Count({ name, value }: { name: keyof typeof text.names; value: string }) {
  return (
    <div class="count card" data-count={name}>
      <dt>{text.names[name]}</dt>
      <dd>{value}</dd>
    </div>
  );
}
