import type { ComponentChildren } from "preact";

import type { DashboardOverviewQuery, Window } from "../../documents";
import { strings } from "../../strings";
import { DistributionChart } from "./distribution_chart";
import { Funnel } from "./funnel";
import { funnelOf } from "./funnel_rows";
import { Part } from "./part";
import { filledPart } from "./period";
import { ActivityChart, CompletionsChart } from "./time_charts";

const text = strings.dashboard.overview;

interface Charts {
  readonly course: DashboardOverviewQuery["course"] | undefined;
  /** The window and the zone of the course's data. */
  readonly window: Window;
  readonly zone: string;
  /** Why the part of the course at a path is not there. */
  readonly notice: (...path: string[]) => ComponentChildren;
}

/** The charts of a course, each with its own fault. */
export function CourseCharts({ course, window, zone, notice }: Charts) {
  const { activity, summary, modules } = course ?? {};
  const completions = summary?.completions;
  const items = summary?.items;
  // The two charts over time have the same windows.
  const hasAny = (index: number) => Boolean(activity?.[index]?.events || completions?.[index]?.completed);
  const part = filledPart((activity ?? completions ?? []).length, hasAny);
  const named = modules || items?.length; // without the catalog, items are named by their keys
  return (
    <>
      <div class="charts">
        <Part title={text.activity.title} notice={notice("activity")}>
          {activity && <ActivityChart window={window} zone={zone} windows={activity.slice(...part)} />}
        </Part>
        <Part title={text.completions.title} notice={notice("summary", "completions")}>
          {completions && <CompletionsChart window={window} zone={zone} windows={completions.slice(...part)} />}
        </Part>
        <Part title={text.distribution.title} notice={notice("summary")}>
          {summary && <DistributionChart bins={summary.distribution} />}
        </Part>
      </div>
      <Part title={text.funnel.title} notice={notice("summary", "items") ?? notice("modules")}>
        {items && named && <Funnel groups={funnelOf(modules ?? null, items)} />}
      </Part>
    </>
  );
}
