/** @jsxImportSource react */
import type { GraphiQLPlugin } from "@graphiql/react";

import { formatNumber } from "../format";
import { strings } from "../strings";
import type { EventList } from "./event_list";
import { useObserved } from "./observed";

const text = strings.explorer;
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** The panel of the events of the running subscription, newest first. */
export function eventsPlugin(list: EventList): GraphiQLPlugin {
  return { title: text.events, icon: Icon, content: () => <Events list={list} /> };
}

function Events({ list }: { list: EventList }) {
  const { events, count, paused } = useObserved(list);
  const copy = () => void navigator.clipboard.writeText(`[${events.map((event) => event.text).join(",\n")}]`);
  return (
    <section className="panel" aria-label={text.events}>
      <h2>{text.events}</h2>
      <p role="status">{count ? text.received(formatNumber(count), formatNumber(events.length)) : text.noEvents}</p>
      <p className="panel-actions">
        <button type="button" aria-pressed={paused} onClick={() => list.pause(!paused)}>
          {paused ? text.goOn : text.pause}
        </button>
        <button type="button" onClick={() => list.clear()}>
          {text.clear}
        </button>
        <button type="button" onClick={copy}>
          {text.copy}
        </button>
      </p>
      <ol className="events" reversed>
        {events.map((event) => (
          <li key={event.number} value={event.number}>
            <time dateTime={event.at.toISOString()}>{time.format(event.at)}</time>
            <pre tabIndex={0}>{event.text}</pre>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
      <path d="M1.5 8h3l2-5 3 10 2-5h3" />
    </svg>
  );
}
