import "./grid_row.css";

import { Component } from "preact";

import { formatAgo, formatDate, formatDateTime, formatNumber, formatShare } from "../../format";
import { strings } from "../../strings";
import { Person } from "../../ui/person";
import { ShareBar } from "../../ui/share_bar";
import type { Page } from "../../ui/start_page";
import type { Go, Place } from "../place";
import { PlaceLink } from "../place_link";
import { type Risk, riskOf } from "./risk";
import { RiskMark } from "./risk_mark";
import type { Row } from "./rows";

const text = strings.dashboard.grid;

interface GridRowProps {
  readonly page: Page;
  readonly place: Place;
  readonly go: Go;
  readonly row: Row;
  readonly presence: "ONLINE" | "AWAY" | "OFFLINE" | undefined;
  readonly average: number | null;
  readonly now: Date;
  /** How often the row changed since it was read. */
  readonly changes: number;
}

/** A learner's row. It is rendered only when it has changed: updates of others do not touch it. */
export class GridRow extends Component<GridRowProps> {
  override shouldComponentUpdate(next: GridRowProps): boolean {
    return (Object.keys(next) as (keyof GridRowProps)[]).some((name) => next[name] !== this.props[name]);
  }

  override render({ page, place, go, row, presence, average, now, changes }: GridRowProps) {
    const { progress, learner } = row;
    const risks: readonly Risk[] = riskOf(row, average, now);
    // The class changes, so that the animation starts again.
    const flash = changes === 0 ? "" : changes % 2 ? "changed-odd" : "changed-even";
    const search = { ...Object.fromEntries(place.search), registration: row.registration };
    return (
      <tr class={flash} data-registration={row.registration} data-state={row.state}>
        <th scope="row" class="cell-name">
          <PlaceLink page={page} go={go} search={search} kept={place.kept}>
            <Person name={learner?.displayName} picture={page.settings.remoteImages ? learner?.avatarUrl : null} fallback={row.learnerId} />
          </PlaceLink>
          {presence && presence !== "OFFLINE" && (
            <span class="presence" data-presence={presence}>
              {text.presence[presence]}
            </span>
          )}
        </th>
        <td class="cell-state">
          <span class="state" data-state={row.state}>
            {text.states[row.state]}
          </span>
          {risks.length > 0 && <RiskMark risks={risks} average={average} />}
        </td>
        <td class="cell-completion">
          {progress ? (
            <>
              <ShareBar share={progress.completion} label={text.columns.completion} />
              <span class="quiet items">{text.items(formatNumber(progress.itemsDone), progress.itemsTotal)}</span>
            </>
          ) : (
            text.none
          )}
        </td>
        <td class="number" data-label={text.columns.score}>
          {progress?.score == null ? text.none : formatShare(progress.score)}
        </td>
        <td data-label={text.columns.lastActivity}>
          {progress?.lastActivityAt ? (
            <time dateTime={progress.lastActivityAt} title={formatDateTime(progress.lastActivityAt)}>
              {formatAgo(progress.lastActivityAt, now)}
            </time>
          ) : (
            text.none
          )}
        </td>
        <td class="number" data-label={text.columns.streak}>
          {learner?.streak ? text.days(learner.streak.current) : text.none}
        </td>
        <td data-label={text.columns.enrolled}>
          {row.enrolledAt ? (
            <time dateTime={row.enrolledAt} title={formatDateTime(row.enrolledAt)}>
              {formatDate(row.enrolledAt)}
            </time>
          ) : (
            text.none
          )}
        </td>
      </tr>
    );
  }
}
