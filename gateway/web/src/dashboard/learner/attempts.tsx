import attemptsDocument from "../../../documents/dashboard_learner_attempts.graphql";
import { formatDateTime, formatNumber, formatShare } from "../../format";
import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";
import { shortKey } from "../summary/item_name";
import { PagedSection } from "./paged_section";
import { RowsTable } from "./rows_table";
import type { LearnerFeed } from "./use_learner_feed";
import { usePages } from "./use_pages";

const text = strings.dashboard.learner.attempts;

/** The learner's attempts at the items of the course, by time. */
export function Attempts({ page, registration, feed }: { page: Page; registration: string; feed: LearnerFeed }) {
  const pages = usePages(page.client, attemptsDocument, { registration }, (data) => data.enrollment?.attempts, feed.pulse);
  return (
    <PagedSection title={text.title} name="attempts" pages={pages} path={["enrollment", "attempts"]} empty={text.none}>
      {(rows) => (
        <RowsTable label={text.title} columns={text.columns}>
          {rows.map((row) => (
            <tr key={row.eventId}>
              <th scope="row">
                <bdi>{row.item?.title ?? shortKey(row.itemKey)}</bdi>
              </th>
              <td>{formatNumber(row.number)}</td>
              <td>{row.score === null ? "–" : formatShare(row.score)}</td>
              <td>{row.success === null ? "–" : text.results[row.success ? "passed" : "failed"]}</td>
              <td>
                <time dateTime={row.at}>{formatDateTime(row.at)}</time>
              </td>
            </tr>
          ))}
        </RowsTable>
      )}
    </PagedSection>
  );
}
