import type { ComponentChildren } from "preact";

interface RowsTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly class?: string;
  /** The rows of its body. */
  readonly children: ComponentChildren;
}

/** A table that scrolls within its frame. */
export function RowsTable({ label, columns, class: names = "", children }: RowsTableProps) {
  return (
    <div class="scrolls learner-rows" tabIndex={0} role="region" aria-label={label}>
      <table class={`numbers ${names}`}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
