import { formatAgo, formatDateTime } from "../format";
import { type Fault, faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import { type Course, lastVisited, positionText } from "./courses";
import { ItemLink } from "./item_link";

const text = strings.learn;

/** Where the learner stopped last, in whichever course, or where to begin. */
export function ResumeCard({ courses, faults }: { courses: readonly Course[]; faults: readonly Fault[] }) {
  const fault = faultAt(faults, "me", "enrollments", "edges", "node", "resume");
  const course = lastVisited(courses);
  const resume = course?.resume;
  return (
    <section class="card resume" aria-labelledby="resume" data-registration={course?.registration}>
      <h2 id="resume">{text.resumeTitle}</h2>
      {fault && !resume && <FaultNotice fault={fault} />}
      {resume && (
        <>
          <p class="resume-item" aria-live="polite">
            <bdi>{resume.item?.title ?? resume.itemKey}</bdi>
            {positionText(resume) && <span class="quiet"> {text.at(positionText(resume) as string)}</span>}
          </p>
          <p class="quiet">
            <bdi>{course.course?.title ?? course.courseKey}</bdi> · <When at={resume.at} device={resume.device} />
          </p>
          <ItemLink url={resume.item?.launchUrl} title={resume.item?.title ?? resume.itemKey} primary />
        </>
      )}
      {!resume && !fault && course?.next && (
        <>
          <p>{text.neverStarted}</p>
          <p class="resume-item">
            <bdi>{course.next.item.title}</bdi>
          </p>
          <ItemLink url={course.next.item.launchUrl} title={course.next.item.title} primary />
        </>
      )}
      {!resume && !fault && !course?.next && <p>{text.nothingNext}</p>}
    </section>
  );
}

function When({ at, device }: { at: string; device: string | null }) {
  return (
    <span>
      <time dateTime={at} title={formatDateTime(at)}>
        {text.lastHere(formatAgo(at, new Date()))}
      </time>
      {device && (
        <>
          {" "}
          <bdi>{text.onDevice(device)}</bdi>
        </>
      )}
    </span>
  );
}
