import "uplot/dist/uPlot.min.css";
import "./charts.css";

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { strings } from "../../strings";
import { BarPlot, type Bars } from "./bar_plot";

/** A table's head and rows. The first cell of each row is the name of its bar. */
export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Chart {
  readonly title: string;
  /** The main numbers in one sentence, which stand for the picture. */
  readonly sentence: string;
  readonly bars: Bars;
  readonly table: ChartTable;
  readonly children?: ComponentChildren;
}

/** A chart of bars with its title, its sentence, and its table. The words under the pointer are those of the table's row. */
export function BarChart({ title, sentence, bars, table, children }: Chart) {
  const frame = useRef<HTMLDivElement>(null);
  const pointed = useRef<HTMLParagraphElement>(null);
  const plot = useRef<BarPlot>(null);
  const rows = useRef(table);
  const name = useId();
  rows.current = table;
  useEffect(() => {
    if (!frame.current) return;
    const drawn = new BarPlot(frame.current, bars, (index) => {
      if (pointed.current) pointed.current.textContent = wordsOf(rows.current, index);
    });
    plot.current = drawn;
    return () => drawn.close();
  }, []);
  useEffect(() => plot.current?.draw(bars), [bars]);
  return (
    <figure class="chart card" aria-labelledby={name}>
      <div class="chart-head">
        <h2 id={name}>{title}</h2>
        {children}
      </div>
      <p class="chart-sentence">{sentence}</p>
      <div class="chart-frame" ref={frame} role="img" aria-label={sentence} />
      <p class="chart-pointed quiet" ref={pointed} aria-hidden="true" />
      <details class="chart-table">
        <summary>{strings.dashboard.charts.asTable}</summary>
        <div class="scrolls chart-rows" tabIndex={0} role="region" aria-label={title}>
          <TableOf {...table} />
        </div>
      </details>
    </figure>
  );
}

function TableOf({ head, rows }: ChartTable) {
  return (
    <table class="numbers">
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([first, ...others], index) => (
          <tr key={index}>
            <th scope="row">{first}</th>
            {others.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function wordsOf({ head, rows }: ChartTable, index: number | null): string {
  const row = index === null ? undefined : rows[index];
  if (!row) return "";
  return `${row[0]} · ${row.slice(1).map((cell, column) => `${head[column + 1]}: ${cell}`).join(" · ")}`;
}
