import { strings } from "../../strings";
import { PERIODS, type Period, type PeriodName } from "./period";

const text = strings.dashboard.overview.period;
const ZONES = Intl.supportedValuesOf("timeZone");

interface Choice {
  readonly period: Period;
  readonly zone: string;
  readonly choosePeriod: (period: Period) => void;
  readonly chooseZone: (zone: string) => void;
}

/** The browser's time zone. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The choice of the period and the time zone of the charts over time. */
export function PeriodChoice({ period, zone, choosePeriod, chooseZone }: Choice) {
  const names = Object.keys(PERIODS) as PeriodName[];
  const zones = [...new Set([ownZone(), zone, "UTC", ...ZONES])].sort();
  return (
    <div class="period" id="charts" tabIndex={-1} role="group" aria-label={text.label}>
      <label>
        {text.period}
        <select value={period.name} onChange={({ currentTarget }) => choosePeriod({ name: currentTarget.value as PeriodName, back: 0 })}>
          {names.map((name) => (
            <option key={name} value={name}>
              {text.names[name]}
            </option>
          ))}
        </select>
      </label>
      <span class="period-move">
        <button type="button" disabled={period.name === "all"} onClick={() => choosePeriod({ ...period, back: period.back + 1 })}>
          {text.earlier}
        </button>
        <button type="button" disabled={period.back === 0} onClick={() => choosePeriod({ ...period, back: period.back - 1 })}>
          {text.later}
        </button>
      </span>
      <label>
        {text.zone}
        <select value={zone} onChange={({ currentTarget }) => chooseZone(currentTarget.value)}>
          {zones.map((each) => (
            <option key={each} value={each}>
              {each.replaceAll("_", " ")}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
