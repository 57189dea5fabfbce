import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

import { anyFault, faultAt } from "../../graphql/fault";
import { strings } from "../../strings";
import { FaultNotice } from "../../ui/fault_notice";
import type { Pages } from "./use_pages";

interface PagedSection<Row> {
  readonly title: string;
  readonly name: string;
  readonly pages: Pages<Row>;
  /** Where the answers have the list. */
  readonly path: readonly string[];
  readonly empty: string;
  readonly head?: ComponentChildren;
  readonly children: (rows: readonly Row[]) => ComponentChildren;
}

/** A list in pages: its rows and "show more", or why it is not there. */
export function PagedSection<Row>({ title, name, pages, path, empty, head, children }: PagedSection<Row>) {
  const { rows, faults, more, waiting, showMore, readAgain } = pages;
  const fault = faultAt(faults, ...path) ?? anyFault(faults);
  const heading = useId();
  return (
    <section class="card learner-part" data-part={name} aria-labelledby={heading} aria-busy={waiting}>
      <div class="learner-part-head">
        <h2 id={heading}>{title}</h2>
        {head}
      </div>
      {rows && rows.length > 0 && children(rows)}
      {rows?.length === 0 && !fault && <p class="quiet">{empty}</p>}
      {fault && <FaultNotice fault={fault} onRetry={readAgain} />}
      {!rows && !fault && <p class="quiet">{strings.common.loading}</p>}
      {more && (
        <button type="button" class="learner-more" disabled={waiting} onClick={showMore}>
          {strings.dashboard.learner.more}
        </button>
      )}
    </section>
  );
}
