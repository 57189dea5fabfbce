import type { EnrollmentOrderField } from "../../documents";
import { type Fault, faultAt } from "../../graphql/fault";
import { strings } from "../../strings";
import type { View } from "./view";

const text = strings.dashboard.grid;
const NODE = ["enrollments", "edges", "node"] as const;

interface Head {
  readonly view: View;
  readonly faults: readonly Fault[];
  readonly presenceFault: Fault | undefined;
  readonly onSort: (field: EnrollmentOrderField) => void;
}

/** The heads of the columns: what sorts them, and the store that does not answer. */
export function GridHead({ view, faults, presenceFault, onSort }: Head) {
  const names = faultAt(faults, ...NODE, "learner", "displayName");
  const progress = faultAt(faults, ...NODE, "progress");
  const streak = faultAt(faults, ...NODE, "learner", "streak");
  const sorts = { view, onSort };
  return (
    <thead>
      <tr>
        <Column label={text.columns.learner} fault={names ?? presenceFault} />
        <Column label={text.columns.state} />
        <Column label={text.columns.completion} field="COMPLETION" fault={progress} {...sorts} />
        <Column label={text.columns.score} field="SCORE" {...sorts} />
        <Column label={text.columns.lastActivity} field="LAST_ACTIVITY" {...sorts} />
        <Column label={text.columns.streak} fault={streak} />
        <Column label={text.columns.enrolled} field="ENROLLED_AT" {...sorts} />
      </tr>
    </thead>
  );
}

interface ColumnHead {
  readonly label: string;
  readonly field?: EnrollmentOrderField;
  readonly fault?: Fault | undefined;
  readonly view?: View;
  readonly onSort?: (field: EnrollmentOrderField) => void;
}

function Column({ label, field, fault, view, onSort }: ColumnHead) {
  const sorted = field !== undefined && view?.field === field;
  const direction = view?.direction === "ASC" ? "ascending" : "descending";
  return (
    <th scope="col" aria-sort={field ? (sorted ? direction : "none") : undefined} class={field ? "sortable" : undefined}>
      {field ? (
        <button type="button" onClick={() => onSort?.(field)}>
          {label}
          <span aria-hidden="true" class="arrow">
            {sorted ? (direction === "ascending" ? "▲" : "▼") : ""}
          </span>
        </button>
      ) : (
        label
      )}
      {fault?.store && (
        <span class="column-fault" data-store={fault.store} data-code={fault.code}>
          {text.columnDown(strings.common.stores[fault.store] ?? fault.store)}
        </span>
      )}
    </th>
  );
}
