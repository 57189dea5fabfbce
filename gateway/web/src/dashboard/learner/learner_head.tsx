import type { DashboardLearnerQuery } from "../../documents";
import { formatAgo, formatDate, formatDateTime, formatDuration, formatNumber, formatShare } from "../../format";
import { strings } from "../../strings";
import { initials } from "../../ui/person";
import type { Page } from "../../ui/start_page";

const text = strings.dashboard.learner.head;
type Enrollment = NonNullable<DashboardLearnerQuery["enrollment"]>;
type Progress = NonNullable<Enrollment["progress"]>;

/** Who the learner is, in which course, and whether they are there now. */
export function LearnerHead({ page, enrollment }: { page: Page; enrollment: Enrollment | null }) {
  const { learner, learnerId, course, courseKey, state, enrolledAt, completedAt } = enrollment ?? {};
  const name = learner?.displayName ?? learnerId ?? "\u00a0";
  const picture = page.settings.remoteImages ? learner?.avatarUrl : null;
  const presence = learner?.presence;
  return (
    <header class="learner-head">
      {picture ? (
        <img class="avatar learner-picture" src={picture} alt="" width={64} height={64} />
      ) : (
        <span class="avatar learner-picture" aria-hidden="true">
          {initials(name)}
        </span>
      )}
      <div class="learner-name">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p>
          <bdi>{course?.title ?? courseKey ?? "\u00a0"}</bdi>
        </p>
        <p class="quiet">
          {state && <span data-enrollment={state}>{text.states[state]}</span>}
          {enrolledAt && ` · ${text.enrolled(formatDate(enrolledAt))}`}
          {completedAt && ` · ${text.completed(formatDate(completedAt))}`}
          {presence && (
            <span data-presence={presence.status}>
              {" · "}
              <span class="learner-presence">
                <span class="learner-dot" aria-hidden="true" />
                {text.presences[presence.status]}
              </span>
              {presence.status !== "ONLINE" && presence.lastSeenAt && `, ${text.seen(formatAgo(presence.lastSeenAt, new Date()))}`}
            </span>
          )}
        </p>
      </div>
    </header>
  );
}

interface Numbers {
  /** Undefined while it is not known yet; null if it is not there. */
  readonly progress: Progress | null | undefined;
  readonly streak: NonNullable<Enrollment["learner"]>["streak"] | undefined;
}

/** The main numbers of the learner's progress. */
export function LearnerNumbers({ progress, streak }: Numbers) {
  const none = progress === undefined ? "" : "–";
  const last = progress?.lastActivityAt;
  return (
    <dl class="counts">
      <Fact name="completion" value={progress ? formatShare(progress.completion) : none} />
      <Fact name="items" value={progress ? text.itemsDone(formatNumber(progress.itemsDone), formatNumber(progress.itemsTotal)) : none} />
      <Fact name="score" value={progress?.score != null ? formatShare(progress.score) : none} />
      <Fact name="timeSpent" value={progress ? formatDuration(progress.timeSpentSeconds) : none} />
      <Fact name="lastActivity" value={last ? formatAgo(last, new Date()) : none} {...(last ? { title: formatDateTime(last) } : {})} />
      <Fact
        name="streak"
        value={streak ? text.days(streak.current) : none}
        {...(streak ? { title: text.longest(text.days(streak.longest)) } : {})}
      />
    </dl>
  );
}

function Fact({ name, value, title }: { name: keyof typeof text.facts; value: string; title?: string }) {
  return (
    <div class="count card" data-fact={name} title={title}>
      <dt>{text.facts[name]}</dt>
      <dd>{value}</dd>
    </div>
  );
}
