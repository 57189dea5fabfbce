import { useState } from "preact/hooks";

import timelineDocument from "../../../documents/dashboard_learner_timeline.graphql";
import type { DashboardLearnerTimelineQuery } from "../../documents";
import { formatDateTime, formatDuration, formatShare } from "../../format";
import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";
import { shortKey } from "../summary/item_name";
import { PagedSection } from "./paged_section";
import type { LearnerFeed } from "./use_learner_feed";
import { usePages } from "./use_pages";
import { VERB_GROUPS, type VerbGroup } from "./verb_groups";

const text = strings.dashboard.learner.timeline;
type Learner = NonNullable<NonNullable<DashboardLearnerTimelineQuery["enrollment"]>["learner"]>;
type Event = NonNullable<Learner["timeline"]>["edges"][number]["node"];
const PATH = ["enrollment", "learner", "timeline"];

interface TimelineProps {
  readonly page: Page;
  readonly registration: string;
  readonly course: string | null;
  readonly feed: LearnerFeed;
}

/** What the learner did in the course, the latest first. */
export function Timeline({ page, registration, course, feed }: TimelineProps) {
  const [group, choose] = useState<VerbGroup | "">("");
  const variables = { registration, course, verbs: group ? VERB_GROUPS[group] : null };
  const pages = usePages(page.client, timelineDocument, variables, (data) => data.enrollment?.learner?.timeline, feed.pulse);
  const filter = (
    <select aria-label={text.filter} value={group} onChange={({ currentTarget }) => choose(currentTarget.value as VerbGroup | "")}>
      <option value="">{text.allVerbs}</option>
      {(Object.keys(VERB_GROUPS) as VerbGroup[]).map((name) => (
        <option key={name} value={name}>
          {text.groups[name]}
        </option>
      ))}
    </select>
  );
  return (
    <PagedSection title={text.title} name="timeline" pages={pages} path={PATH} empty={group ? text.noneOfGroup : text.none} head={filter}>
      {(rows) => (
        <ol class="timeline">
          {rows.map((event) => (
            <TimelineLine key={event.id} event={event} />
          ))}
        </ol>
      )}
    </PagedSection>
  );
}

function TimelineLine({ event }: { event: Event }) {
  const facts = factsOf(event);
  return (
    <li data-verb={event.verb}>
      <time class="quiet" dateTime={event.at}>
        {formatDateTime(event.at)}
      </time>
      <span>
        {event.verb === "OTHER" ? shortKey(event.verbIri) : text.verbs[event.verb]}
        {event.itemKey !== null && (
          <>
            {" "}
            <bdi class="timeline-item">{event.item?.title ?? shortKey(event.itemKey)}</bdi>
          </>
        )}
        {facts.length > 0 && <span class="quiet"> · {facts.join(" · ")}</span>}
      </span>
    </li>
  );
}

function factsOf({ score, progress, durationSeconds }: Event): string[] {
  return [
    ...(score === null ? [] : [text.score(formatShare(score))]),
    ...(progress === null ? [] : [text.progress(formatShare(progress))]),
    ...(durationSeconds === null || durationSeconds < 30 ? [] : [formatDuration(durationSeconds)]),
  ];
}
