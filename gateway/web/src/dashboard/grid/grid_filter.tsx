import "./grid_filter.css";

import { useEffect, useState } from "preact/hooks";

import { strings } from "../../strings";
import { INACTIVE_CHOICES, STATES, type View, isFiltered } from "./view";

const text = strings.dashboard.grid;
const TYPING = 300;

interface Filter {
  readonly view: View;
  /** Whether the viewer may search by name. */
  readonly hasNames: boolean;
  readonly onChange: (view: View, more?: { replace: boolean }) => void;
}

/** What the table leaves out. Each change goes to the first page. */
export function GridFilter({ view, hasNames, onChange }: Filter) {
  const change = (part: Partial<View>) => onChange({ ...view, ...part, trail: [] });
  const none: Partial<View> = { state: null, atLeast: null, below: null, inactiveDays: null, name: "" };
  return (
    <form role="search" class="filter" aria-label={text.filter.title} onSubmit={(event) => event.preventDefault()}>
      {hasNames && <NameFilter view={view} onChange={onChange} />}
      <label>
        <span>{text.columns.state}</span>
        <select value={view.state ?? ""} onChange={(event) => change({ state: STATES.find((state) => state === event.currentTarget.value) ?? null })}>
          <option value="">{text.filter.all}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {text.states[state]}
            </option>
          ))}
        </select>
      </label>
      <Percent label={text.filter.atLeast} value={view.atLeast} onChange={(atLeast) => change({ atLeast })} />
      <Percent label={text.filter.below} value={view.below} onChange={(below) => change({ below })} />
      <label>
        <span>{text.filter.inactive}</span>
        <select
          value={view.inactiveDays ?? ""}
          onChange={(event) => change({ inactiveDays: INACTIVE_CHOICES.find((days) => String(days) === event.currentTarget.value) ?? null })}
        >
          <option value="">{text.filter.any}</option>
          {INACTIVE_CHOICES.map((days) => (
            <option key={days} value={days}>
              {text.filter.days(days)}
            </option>
          ))}
        </select>
      </label>
      {isFiltered(view) && (
        <button type="button" onClick={() => change(none)}>
          {text.filter.clear}
        </button>
      )}
    </form>
  );
}

function NameFilter({ view, onChange }: Pick<Filter, "view" | "onChange">) {
  const [typed, setTyped] = useState(view.name);
  useEffect(() => setTyped(view.name), [view.name]);
  useEffect(() => {
    if (typed.trim() === view.name) return undefined;
    const timer = setTimeout(() => onChange({ ...view, name: typed.trim(), trail: [] }, { replace: true }), TYPING);
    return () => clearTimeout(timer);
  }, [typed, view, onChange]);
  return (
    <label>
      <span>{text.filter.name}</span>
      <input type="search" value={typed} maxLength={100} autoComplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
    </label>
  );
}

function Percent({ label, value, onChange }: { label: string; value: number | null; onChange: (value: number | null) => void }) {
  const shown = value === null ? "" : String(value);
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);
  const changed = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    if (input.validity.valid) onChange(input.value === "" ? null : input.valueAsNumber);
  };
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        class="percent"
        min={0}
        max={100}
        step={1}
        inputMode="numeric"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={changed}
      />
    </label>
  );
}
