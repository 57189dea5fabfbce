/** @jsxImportSource react */
import type { GraphiQLPlugin } from "@graphiql/react";

import { formatNumber } from "../format";
import { strings } from "../strings";
import { useObserved } from "./observed";
import { type Trace, type Traces, type WaterfallRow, waterfall } from "./traces";

const text = strings.explorer;
const milliseconds = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** The panel that shows how the last operation was answered: its store calls over time, and its cost. */
export function planPlugin(traces: Traces): GraphiQLPlugin {
  return { title: text.plan, icon: Icon, content: () => <Plan traces={traces} /> };
}

function Plan({ traces }: { traces: Traces }) {
  const trace = useObserved(traces);
  return (
    <section className="panel" aria-label={text.plan}>
      <h2>{text.plan}</h2>
      {trace ? <Answered trace={trace} /> : <p>{trace === null ? text.noPlanYet : text.noPlan}</p>}
    </section>
  );
}

function Answered({ trace }: { trace: Trace }) {
  const rows = waterfall(trace);
  const end = Math.max(0.001, ...rows.map(({ startMs, ms }) => startMs + ms));
  return (
    <>
      <p>{text.calls(formatNumber(trace.stores?.calls ?? 0), milliseconds.format(end))}</p>
      {trace.cost && <p>{text.cost(formatNumber(trace.cost.estimated), formatNumber(trace.cost.actual))}</p>}
      {trace.plan && <p>{trace.plan.fallback ? text.interpreted(trace.plan.fallback) : text.compiled}</p>}
      <div className="waterfall">
        <table>
          <thead>
            <tr>
              <th scope="col" className="lane">
                {text.call(milliseconds.format(end))}
              </th>
              <th scope="col">{text.keys}</th>
              <th scope="col">{text.ms}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <Row key={index} row={row} end={end} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ row, end }: { row: WaterfallRow; end: number }) {
  const shared = row.source === "shared";
  const place = { marginInlineStart: `${(row.startMs / end) * 100}%`, width: `${(row.ms / end) * 100}%` };
  return (
    <tr data-call={`${row.store}.${row.call}`} data-source={row.source}>
      <th scope="row">
        {row.store} <code>{row.call}</code>
        {!shared && <span className={`bar store-${row.store}`} style={place} title={text.from(milliseconds.format(row.startMs))} />}
      </th>
      <td>{formatNumber(row.keys)}</td>
      <td>{shared ? text.shared : milliseconds.format(row.ms)}</td>
    </tr>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <path d="M2 4h6M5 8h6M9 12h5" />
    </svg>
  );
}
