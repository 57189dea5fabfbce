import { strings } from "../../strings";
import type { Page } from "../../ui/start_page";
import type { Go } from "../place";
import { PlaceLink } from "../place_link";

/** A course in the choice. The title is null while the catalog does not answer. */
export interface ListedCourse {
  readonly key: string;
  readonly title: string | null;
}

interface List {
  readonly page: Page;
  /** Null: the viewer may not open these courses. */
  readonly go: Go | null;
  readonly title: string;
  readonly courses: readonly ListedCourse[];
}

/** Courses with their titles and keys. */
export function CourseList({ page, go, title, courses }: List) {
  return (
    <section>
      <h2>{title}</h2>
      {!go && <p class="quiet">{strings.dashboard.choice.notYours}</p>}
      <ul class="courses">
        {courses.map((course) => (
          <li key={course.key} class="card">
            {go ? (
              <PlaceLink page={page} go={go} search={{ course: course.key }}>
                <bdi>{course.title ?? course.key}</bdi>
              </PlaceLink>
            ) : (
              <bdi>{course.title ?? course.key}</bdi>
            )}
            <bdi class="quiet key">{course.key}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}
