import type { DashboardLearnerQuery } from "../../documents";
import { formatAgo, formatDateTime } from "../../format";
import { strings } from "../../strings";
import { shortKey } from "../summary/item_name";

const text = strings.dashboard.learner.whereabouts;
type Enrollment = NonNullable<DashboardLearnerQuery["enrollment"]>;
type Resume = NonNullable<Enrollment["resume"]>;
type Session = NonNullable<NonNullable<Enrollment["learner"]>["session"]>;

/** Where the learner continues in the course. */
export function ResumePoint({ resume }: { resume: Resume | null }) {
  if (!resume) return <p class="quiet">{text.noResume}</p>;
  const at = resume.item?.type === "VIDEO" && resume.position !== null ? ` · ${clock(resume.position)}` : "";
  return (
    <p data-resume={resume.itemKey}>
      <bdi>{resume.item?.title ?? shortKey(resume.itemKey)}</bdi>
      {at}
      <span class="learner-line quiet">
        <Ago at={resume.at} />
        {resume.device && (
          <>
            {" · "}
            <bdi>{resume.device}</bdi>
          </>
        )}
      </span>
    </p>
  );
}

/** The learner's session in the platform, which may be in another course. */
export function CurrentSession({ session, registration }: { session: Session | null; registration: string }) {
  if (!session) return <p class="quiet">{text.noSession}</p>;
  const here = session.registration === registration;
  return (
    <p>
      {here ? <bdi>{session.item?.title ?? (session.itemKey === null ? text.here : shortKey(session.itemKey))}</bdi> : text.elsewhere}
      <span class="learner-line quiet">
        {text.since(formatDateTime(session.startedAt))}
        {" · "}
        {text.seen} <Ago at={session.lastSeenAt} />
        {session.device && (
          <>
            {" · "}
            <bdi>{session.device}</bdi>
          </>
        )}
      </span>
    </p>
  );
}

function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatAgo(at, new Date())}
    </time>
  );
}

/** A position in a video, such as 7:52. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const [first, ...others] = parts[0] ? parts : parts.slice(1);
  return [first, ...others.map((part) => String(part).padStart(2, "0"))].join(":");
}
