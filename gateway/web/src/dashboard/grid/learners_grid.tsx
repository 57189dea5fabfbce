import "./grid.css";

import { useCallback, useMemo } from "preact/hooks";

import type { EnrollmentOrderField, Role } from "../../documents";
import { anyFault, faultAt } from "../../graphql/fault";
import { strings } from "../../strings";
import { FaultNotice } from "../../ui/fault_notice";
import type { Page } from "../../ui/start_page";
import type { CourseFeed } from "../course_feed";
import type { Go, Place } from "../place";
import { gridCsv, saveCsv } from "./grid_csv";
import { GridFilter } from "./grid_filter";
import { GridPager } from "./grid_pager";
import { GridTable } from "./grid_table";
import { useLiveRows } from "./use_live_rows";
import { useNamed } from "./use_named";
import { useNow } from "./use_now";
import { usePresence } from "./use_presence";
import { type View, isFiltered, keptOf, searchOf, variablesOf, viewOf } from "./view";

const text = strings.dashboard.grid;

interface Grid {
  readonly page: Page;
  readonly course: string;
  readonly feed: CourseFeed;
  readonly place: Place;
  readonly go: Go;
  readonly role: Role | undefined;
  readonly average: number | null;
}

/** The learners of a course, fifty on a page. Updates change the rows, but not their order. */
export function LearnersGrid({ page, course, feed, place, go, role, average }: Grid) {
  const view = useMemo(() => viewOf(place), [place]);
  const now = useNow();
  const named = useNamed(page.client, view.name);
  // The filter of time stays as it is while the view does: it is part of the variables.
  const variables = useMemo(
    () => (named.ids === undefined ? null : variablesOf(course, view, named.ids, new Date())),
    [course, view, named.ids],
  );
  const [live, readAgain] = useLiveRows(page.client, feed, variables);
  const presence = usePresence(page.live, course);
  // It stays the same from render to render: the filter of names waits for the end of typing, and a new one would restart that.
  const change = useCallback(
    (next: View, more = { replace: false }) => go(searchOf(course, next), { ...more, kept: keptOf(next) }),
    [course, go],
  );
  const sort = (field: EnrollmentOrderField) =>
    change({ ...view, field, direction: view.field === field && view.direction === "DESC" ? "ASC" : "DESC", trail: [] });
  const answer = live?.answer;
  const found = answer?.data?.enrollments;
  const fault = named.fault ?? (answer && !found ? (faultAt(answer.faults, "enrollments") ?? anyFault(answer.faults)) : undefined);
  const rows = live?.rows.rows ?? [];
  const outside = live?.rows.outside.size ?? 0;
  const hasChanged = outside > 0 || (live?.rows.changes.size ?? 0) > 0;
  const save = () => {
    const at = new Date();
    saveCsv(gridCsv(rows, (learnerId) => presence?.of(learnerId)?.status ?? "OFFLINE", average, at), course, at);
  };
  return (
    <section class="grid" aria-labelledby="learners" aria-busy={!answer || live?.reading === true}>
      <div class="grid-top">
        <h2 id="learners">{text.title}</h2>
        <p class="quiet grid-changes">{outside > 0 && text.outside(outside)}</p>
        <button type="button" disabled={!hasChanged} onClick={readAgain}>
          {text.sortAgain}
        </button>
        <button type="button" disabled={rows.length === 0} onClick={save}>
          {text.csv}
        </button>
      </div>
      <GridFilter view={view} hasNames={role === "ADMIN"} onChange={change} />
      {named.isCut && <p class="quiet">{text.filter.isCut}</p>}
      {fault && <FaultNotice fault={fault} onRetry={readAgain} />}
      {!fault && answer && rows.length === 0 && <p class="card quiet">{isFiltered(view) ? text.noMatch : text.empty}</p>}
      {!fault && (!answer || rows.length > 0) && (
        <GridTable page={page} place={place} go={go} view={view} live={live} presence={presence} average={average} now={now} onSort={sort} />
      )}
      {found && <GridPager view={view} connection={found} onChange={change} />}
    </section>
  );
}
