import uPlot from "uplot";

/** A mark of the horizontal axis. The bar with index n covers n - 0.5 … n + 0.5. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** What a plot draws. `ticks` returns at most `most` marks. */
export interface Bars {
  readonly values: readonly number[];
  readonly ticks: (most: number) => readonly Tick[];
}

const PLOT_HEIGHT = 200;
const TICK_WIDTH = 56;
const BARS = uPlot.paths.bars as uPlot.Series.BarsPathBuilderFactory;
const FONT = '12px system-ui, "Noto Sans", sans-serif';
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7, 1e8];

/** Bars in a canvas. New data are drawn into the plot that exists. `pointed` receives the bar under the pointer. */
export class BarPlot {
  readonly #plot: uPlot;
  readonly #ending: (() => void)[] = [];
  #bars: Bars;

  constructor(frame: HTMLElement, bars: Bars, pointed: (index: number | null) => void) {
    this.#bars = bars;
    this.#plot = new uPlot(this.#options(frame, pointed), dataOf(bars), frame);
    const resized = new ResizeObserver(() => frame.clientWidth && this.#plot.setSize(sizeOf(frame)));
    resized.observe(frame);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => this.#plot.redraw(); // with new paths: these have the colour of the bars
    dark.addEventListener("change", redraw);
    this.#ending.push(() => resized.disconnect(), () => dark.removeEventListener("change", redraw));
  }

  draw(bars: Bars): void {
    this.#bars = bars;
    this.#plot.setData(dataOf(bars));
  }

  close(): void {
    for (const end of this.#ending) end();
    this.#plot.destroy();
  }

  #options(frame: HTMLElement, pointed: (index: number | null) => void): uPlot.Options {
    // The canvas takes its colours from the frame's style, at each drawing.
    const colour = (property: "color" | "fill" | "stroke") => () => getComputedStyle(frame)[property];
    const count = new Intl.NumberFormat(undefined, { notation: "compact" });
    const axis = { stroke: colour("color"), font: FONT, ticks: { show: false } };
    const ticks = (plot: uPlot) => this.#bars.ticks(Math.max(2, Math.floor(plot.bbox.width / uPlot.pxRatio / TICK_WIDTH)));
    return {
      ...sizeOf(frame),
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: {
        x: { time: false, range: () => [-0.5, Math.max(1, this.#bars.values.length) - 0.5] },
        y: { range: (_, __, most) => [0, Math.max(4, (most ?? 0) * 1.05)] },
      },
      axes: [
        {
          ...axis,
          size: 42,
          grid: { show: false },
          splits: (plot) => ticks(plot).map(({ at }) => at),
          values: (plot, splits) => textsAt(ticks(plot), splits),
        },
        {
          ...axis,
          size: 48,
          incrs: WHOLE,
          grid: { stroke: colour("stroke"), width: 1 },
          values: (_, splits) => splits.map((value) => count.format(value)),
        },
      ],
      series: [
        {},
        { fill: colour("fill"), width: 0, points: { show: false }, paths: BARS({ size: [0.84, 64] }) },
      ],
      hooks: { setCursor: [(plot) => pointed(plot.cursor.idx ?? null)] },
    };
  }
}

function dataOf({ values }: Bars): uPlot.AlignedData {
  return [values.map((_, index) => index), [...values]];
}

function textsAt(ticks: readonly Tick[], places: readonly number[]): string[] {
  return places.map((place) => ticks.find(({ at }) => at === place)?.text ?? "");
}

function sizeOf(frame: HTMLElement): { width: number; height: number } {
  return { width: frame.clientWidth, height: PLOT_HEIGHT };
}
