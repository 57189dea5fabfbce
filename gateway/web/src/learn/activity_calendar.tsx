import { formatDate, formatDuration, formatNumber } from "../format";
import { strings } from "../strings";
import type { Me } from "./courses";

const text = strings.learn;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
type Day = NonNullable<Me["activity"]>[number];

/** A calendar with a column for each week. A day's square is larger and darker the more events it has. */
export function ActivityCalendar({ days, timeZone }: { days: readonly Day[]; timeZone: string }) {
  const most = Math.max(1, ...days.map(({ events }) => events));
  const first = days[0] ? weekdayOf(days[0].start, timeZone) : 0;
  const active = days.filter(({ events }) => events > 0);
  const summary = text.calendarSummary(formatNumber(active.length), text.days(days.length));
  return (
    <>
      <div class="calendar" role="img" aria-label={summary}>
        {months(days, first, timeZone).map(([name, column]) => (
          <span key={column} class="month" style={{ gridColumnStart: String(column) }}>
            {name}
          </span>
        ))}
        {days.map((day, index) => (
          <span
            key={day.start}
            class={`day level-${level(day.events, most)}`}
            style={cell(first + index)}
            title={`${formatDate(day.start, timeZone)}: ${text.events} ${formatNumber(day.events)}`}
          />
        ))}
      </div>
      <p class="quiet">
        {active.length ? summary : text.noActivity} {text.calendarZone(timeZone)}.
      </p>
      {active.length > 0 && <ActivityTable days={active} timeZone={timeZone} />}
    </>
  );
}

function ActivityTable({ days, timeZone }: { days: readonly Day[]; timeZone: string }) {
  return (
    <details>
      <summary>{text.showTable}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.day}</th>
            <th scope="col">{text.events}</th>
            <th scope="col">{text.timeSpent}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.start}>
              <td>{formatDate(day.start, timeZone)}</td>
              <td>{formatNumber(day.events)}</td>
              <td>{formatDuration(day.activeSeconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** The place of a day that is this many days after the first Monday. Row 1 has the months. */
function cell(index: number): { gridRow: string; gridColumn: string } {
  return { gridRow: String((index % 7) + 2), gridColumn: String(Math.floor(index / 7) + 1) };
}

/** The name of each month, and the column of its first day. `first` is the weekday of the first day. */
function months(days: readonly Day[], first: number, timeZone: string): readonly [string, number][] {
  const name = new Intl.DateTimeFormat(undefined, { month: "short", timeZone });
  const dayOfMonth = new Intl.DateTimeFormat("en", { day: "numeric", timeZone });
  return days.flatMap(({ start }, index): [string, number][] => {
    const at = new Date(start);
    return dayOfMonth.format(at) === "1" ? [[name.format(at), Math.floor((first + index) / 7) + 1]] : [];
  });
}

/** 0 without events, else 1…4 by the square root of the share of the busiest day. */
function level(events: number, most: number): number {
  return events && Math.max(1, Math.ceil(4 * Math.sqrt(events / most)));
}

/** 0 for a Monday in the zone. */
function weekdayOf(at: string, timeZone: string): number {
  return WEEKDAYS.indexOf(new Intl.DateTimeFormat("en", { weekday: "short", timeZone }).format(new Date(at)));
}
