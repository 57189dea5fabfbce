import { useMemo } from "preact/hooks";

import { formatNumber, formatShare } from "../../format";
import { strings } from "../../strings";
import { BarChart } from "../charts/bar_chart";

const text = strings.dashboard.overview.distribution;

/** How many enrolments have completed how much: the schema's bins [0, 0.1) … [0.9, 1]. */
export function DistributionChart({ bins }: { bins: readonly number[] }) {
  const bars = useMemo(() => ({ values: bins, ticks: (most: number) => edges(bins.length, most) }), [bins.join()]);
  const total = bins.reduce((sum, count) => sum + count, 0);
  const names = bins.map((_, bin) => text.bin(formatShare(bin / bins.length), formatShare((bin + 1) / bins.length)));
  const rows = bins.map((count, bin) => [names[bin] ?? "", formatNumber(count)]);
  const numbers = [total, bins[0] ?? 0, bins.at(-1) ?? 0].map(formatNumber) as [string, string, string];
  const sentence = total === 0 ? text.none : text.sentence(...numbers, formatShare(1 / bins.length), formatShare(1 - 1 / bins.length));
  return <BarChart title={text.title} sentence={sentence} bars={bars} table={{ head: [text.completion, text.enrollments], rows }} />;
}

/** The bounds of the bins, each in the middle between two bars. */
function edges(bins: number, most: number) {
  const step = [1, 2, 5].find((each) => bins / each < most) ?? bins;
  const at = Array.from({ length: bins / step + 1 }, (_, index) => index * step);
  return at.map((bin) => ({ at: bin - 0.5, text: formatShare(bin / bins) }));
}
