import type { DashboardRowsQuery } from "../../documents";
import { formatNumber } from "../../format";
import { strings } from "../../strings";
import type { View } from "./view";

const text = strings.dashboard.grid;
const PAGE = 50;

interface Pager {
  readonly view: View;
  readonly connection: NonNullable<DashboardRowsQuery["enrollments"]>;
  readonly onChange: (view: View) => void;
}

/** How many learners there are, and the way to the other pages. */
export function GridPager({ view, connection, onChange }: Pager) {
  const { totalCount, pageInfo, edges } = connection;
  const { trail } = view;
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  // An address that someone else sent has a cursor, but not how many pages come before it.
  const isCounted = trail.length === 0 || view.isWhole;
  const first = trail.length * PAGE + 1;
  const isOnly = trail.length === 0 && next === null;
  return (
    <nav class="pager" aria-label={text.pages}>
      <span class="quiet">
        {totalCount !== null &&
          (isCounted && edges.length
            ? text.range(formatNumber(first), formatNumber(first + edges.length - 1), totalCount)
            : text.total(totalCount))}
      </span>
      {!isOnly && (
        <>
          <button type="button" disabled={trail.length === 0} onClick={() => onChange({ ...view, trail: [] })}>
            {text.first}
          </button>
          <button type="button" disabled={trail.length === 0 || !isCounted} onClick={() => onChange({ ...view, trail: trail.slice(0, -1) })}>
            {text.previous}
          </button>
          <button type="button" disabled={next === null} onClick={() => next !== null && onChange({ ...view, trail: [...trail, next] })}>
            {text.next}
          </button>
        </>
      )}
    </nav>
  );
}
