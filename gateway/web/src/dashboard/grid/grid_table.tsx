import type { EnrollmentOrderField } from "../../documents";
import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";
import type { PresenceFeed } from "../live/presence_feed";
import type { Go, Place } from "../place";
import { GridHead } from "./grid_head";
import { GridRow } from "./grid_row";
import type { LivePage } from "./live_rows";
import type { View } from "./view";

const EMPTY_ROWS = Array.from({ length: 12 }, (_, index) => index);

interface Table {
  readonly page: Page;
  readonly place: Place;
  readonly go: Go;
  readonly view: View;
  readonly live: LivePage | undefined;
  readonly presence: PresenceFeed | null;
  readonly average: number | null;
  readonly now: Date;
  readonly onSort: (field: EnrollmentOrderField) => void;
}

/** The table of learners. On a narrow screen each row is a card. */
export function GridTable({ page, place, go, view, live, presence, average, now, onSort }: Table) {
  const rows = live?.rows.rows ?? [];
  return (
    <table class="learners" aria-label={strings.dashboard.grid.title}>
      <GridHead view={view} faults={live?.answer?.faults ?? []} presenceFault={presence?.fault} onSort={onSort} />
      <tbody>
        {!live?.answer && EMPTY_ROWS.map((index) => <EmptyRow key={index} />)}
        {rows.map((row) => (
          <GridRow
            key={row.registration}
            page={page}
            place={place}
            go={go}
            row={row}
            presence={presence?.of(row.learnerId)?.status}
            average={average}
            now={now}
            changes={live?.rows.changes.get(row.registration) ?? 0}
          />
        ))}
      </tbody>
    </table>
  );
}

function EmptyRow() {
  return (
    <tr class="empty-row">
      <td colSpan={7}>
        <span class="placeholder" />
      </td>
    </tr>
  );
}
