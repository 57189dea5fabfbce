import { formatNumber } from "../format";
import { type Fault, faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import { ShareBar } from "../ui/share_bar";
import type { Course } from "./courses";

const text = strings.learn;
const ROW = ["me", "enrollments", "edges", "node"];

interface CourseListProps {
  courses: readonly Course[];
  faults: readonly Fault[];
  chosen: Course | undefined;
  onChoose: (course: Course) => void;
}

/** The learner's courses with their completion. One of them is shown in full. */
export function CourseList({ courses, faults, chosen, onChoose }: CourseListProps) {
  const shown = [faultAt(faults, ...ROW, "course"), faultAt(faults, ...ROW, "progress")];
  return (
    <section class="card chosen" aria-labelledby="courses">
      <h2 id="courses">{text.courses}</h2>
      {shown.map((fault) => fault && <FaultNotice key={fault.store} fault={fault} />)}
      <ul class="courses">
        {courses.map((course) => (
          <li key={course.registration}>
            <button type="button" aria-pressed={course.registration === chosen?.registration} onClick={() => onChoose(course)}>
              <bdi class="course-title">{course.course?.title ?? course.courseKey}</bdi>
              <span class="quiet">{text.states[course.state]}</span>
              {course.progress && (
                <>
                  <ShareBar share={course.progress.completion} label={text.completion} />
                  <span class="quiet">
                    {text.itemsDone(formatNumber(course.progress.itemsDone), course.progress.itemsTotal)}
                  </span>
                </>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
