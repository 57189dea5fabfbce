import { useMemo } from "preact/hooks";

import type { DashboardOverviewQuery, Window } from "../../documents";
import { formatNumber } from "../../format";
import { strings } from "../../strings";
import { BarChart } from "../charts/bar_chart";
import { type Span, spanName, timeTicks } from "../charts/time_ticks";

const text = strings.dashboard.overview;
type Course = NonNullable<DashboardOverviewQuery["course"]>;
type ActivityWindow = NonNullable<Course["activity"]>[number];
type CompletionWindow = NonNullable<NonNullable<Course["summary"]>["completions"]>[number];

interface Drawn<Each> {
  readonly windows: readonly Each[];
  readonly window: Window;
  readonly zone: string;
}

/** The events of all learners in each window. */
export function ActivityChart({ windows, window, zone }: Drawn<ActivityWindow>) {
  const bars = useBars(windows, window, zone, ({ events }) => events);
  const rows = windows.map((each) => [spanName(each, window, zone), formatNumber(each.events), formatNumber(each.learners ?? 0)]);
  const sentence = sentenceOf(windows, window, zone, ({ events }) => events, text.activity);
  const head = [text.windows[window], text.activity.events, text.activity.learners];
  return <BarChart title={text.activity.title} sentence={sentence} bars={bars} table={{ head, rows }} />;
}

/** The enrolments that were completed in each window. */
export function CompletionsChart({ windows, window, zone }: Drawn<CompletionWindow>) {
  const bars = useBars(windows, window, zone, ({ completed }) => completed);
  const rows = windows.map((each) => [spanName(each, window, zone), formatNumber(each.completed)]);
  const sentence = sentenceOf(windows, window, zone, ({ completed }) => completed, text.completions);
  const head = [text.windows[window], text.completions.completed];
  return <BarChart title={text.completions.title} sentence={sentence} bars={bars} table={{ head, rows }} />;
}

function useBars<Each extends Span>(windows: readonly Each[], window: Window, zone: string, count: (each: Each) => number) {
  return useMemo(
    () => ({ values: windows.map(count), ticks: (most: number) => timeTicks(windows, window, zone, most) }),
    [windows, window, zone],
  );
}

interface Sentences {
  readonly none: string;
  readonly sentence: (total: string, most: string, when: string) => string;
}

function sentenceOf<Each extends Span>(
  windows: readonly Each[],
  window: Window,
  zone: string,
  count: (each: Each) => number,
  { none, sentence }: Sentences,
): string {
  const [first, ...others] = windows;
  const total = windows.reduce((sum, each) => sum + count(each), 0);
  if (!first || total === 0) return none;
  const most = others.reduce((best, each) => (count(each) > count(best) ? each : best), first);
  return sentence(formatNumber(total), formatNumber(count(most)), spanName(most, window, zone));
}
