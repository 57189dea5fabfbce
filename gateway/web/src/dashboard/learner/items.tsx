import itemsDocument from "../../../documents/dashboard_learner_items.graphql";
import { formatAgo, formatDateTime, formatDuration, formatNumber, formatShare } from "../../format";
import { strings } from "../../strings";
import { ShareBar } from "../../ui/share_bar";
import type { Page } from "../../ui/start_page";
import { shortKey } from "../summary/item_name";
import { PagedSection } from "./paged_section";
import { RowsTable } from "./rows_table";
import type { ItemRow, LearnerFeed } from "./use_learner_feed";
import { usePages } from "./use_pages";

const text = strings.dashboard.learner.items;

/** The learner's progress in each item of the course. What the subscription delivers replaces what was read. */
export function Items({ page, registration, feed }: { page: Page; registration: string; feed: LearnerFeed }) {
  const pages = usePages(page.client, itemsDocument, { registration }, (data) => data.enrollment?.items, feed.pulse);
  return (
    <PagedSection title={text.title} name="items" pages={pages} path={["enrollment", "items"]} empty={text.none}>
      {(rows) => (
        <RowsTable label={text.title} columns={text.columns} class="learner-items">
          {rows.map((row) => (
            <ItemLine key={row.itemKey} row={feed.items.get(row.itemKey) ?? row} />
          ))}
        </RowsTable>
      )}
    </PagedSection>
  );
}

function ItemLine({ row }: { row: ItemRow }) {
  const title = row.item?.title ?? shortKey(row.itemKey);
  return (
    <tr data-item={row.itemKey} data-state={row.state}>
      <th scope="row">
        <bdi>{title}</bdi>
        {row.item && <span class="quiet learner-small"> {text.types[row.item.type]}</span>}
      </th>
      <td class="learner-word">
        <span class="learner-state" data-state={row.state}>
          {text.states[row.state]}
        </span>
        {row.locked && <span class="quiet learner-small"> {text.locked}</span>}
      </td>
      <td>
        <ShareBar share={row.completion} label={text.completionOf(title)} />
      </td>
      <td>{formatNumber(row.attempts)}</td>
      <td>{row.bestScore === null ? "–" : formatShare(row.bestScore)}</td>
      <td>{row.timeSpentSeconds > 0 ? formatDuration(row.timeSpentSeconds) : "–"}</td>
      <td>
        {row.lastEventAt ? (
          <time dateTime={row.lastEventAt} title={formatDateTime(row.lastEventAt)}>
            {formatAgo(row.lastEventAt, new Date())}
          </time>
        ) : (
          "–"
        )}
      </td>
    </tr>
  );
}
