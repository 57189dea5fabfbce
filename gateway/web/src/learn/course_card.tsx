import { useCallback, useState } from "preact/hooks";

import { formatDuration, formatNumber } from "../format";
import { faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import type { Page } from "../ui/start_page";
import { useRetry } from "../ui/use_retry";
import type { Course } from "./courses";
import { ItemLink } from "./item_link";
import { ItemRow } from "./item_row";
import { Loading } from "./loading";
import { type CourseContent, type Module, type ReadCourse, useCourse } from "./use_course";

const text = strings.learn;

/** One course in full: what is next and why, and its tree of modules and items with the learner's progress. */
export function CourseCard({ page, course, changes }: { page: Page; course: Course; changes: number }) {
  const [retries, setRetries] = useState(0);
  const retry = useCallback(() => setRetries((count) => count + 1), []);
  const read = useCourse(page.client, course.registration, changes + retries);
  useRetry(read?.faults, retry);
  return (
    <section class="card course" aria-labelledby="content">
      <h2 id="content">
        <bdi>{course.course?.title ?? course.courseKey}</bdi>
      </h2>
      {course.course?.description && <p dir="auto">{course.course.description}</p>}
      <Next course={course} />
      <h3>{text.content}</h3>
      {read ? <Tree page={page} course={course} read={read} onRetry={retry} /> : <Loading />}
    </section>
  );
}

function Next({ course: { next, state } }: { course: Course }) {
  if (state === "WITHDRAWN") return null;
  return (
    <div class="next">
      <h3>{text.next}</h3>
      {next ? (
        <p>
          <strong>
            <bdi>{next.item.title}</bdi>
          </strong>{" "}
          <span class="quiet">
            {text.itemTypes[next.item.type]}
            {next.item.estimatedDurationSeconds && ` · ${formatDuration(next.item.estimatedDurationSeconds)}`}
          </span>
          <br />
          {text.reasons[next.reason]} <ItemLink url={next.item.launchUrl} title={next.item.title} />
        </p>
      ) : (
        <p>{text.nothingNext}</p>
      )}
    </div>
  );
}

function Tree({ page, course, read, onRetry }: { page: Page; course: Course; read: ReadCourse; onRetry: () => void }) {
  const modules = read.content?.course?.modules;
  const noModules = faultAt(read.faults, "enrollment", "course", "modules");
  const noProgress = faultAt(read.faults, "enrollment", "items");
  return (
    <>
      {noModules && <FaultNotice fault={noModules} onRetry={onRetry} />}
      {noProgress && !(noModules && noModules.store === noProgress.store) && <FaultNotice fault={noProgress} onRetry={onRetry} />}
      {modules?.map((module, index) => (
        <ModuleTree key={module.id} module={module} done={read.content?.progress?.modules?.[index]}>
          {module.items.map((item) => (
            <ItemRow key={item.key} page={page} course={course} item={item} read={read} titles={titlesOf(modules)} />
          ))}
        </ModuleTree>
      ))}
    </>
  );
}

type ModuleDone = NonNullable<NonNullable<CourseContent["progress"]>["modules"]>[number];

function ModuleTree({ module, done, children }: { module: Module; done: ModuleDone | undefined; children: preact.ComponentChildren }) {
  return (
    <details class="module" open>
      <summary>
        <bdi>{module.title}</bdi>
        {done && <span class="quiet"> {text.itemsDone(formatNumber(done.itemsDone), done.itemsTotal)}</span>}
      </summary>
      <ul class="items">{children}</ul>
    </details>
  );
}

function titlesOf(modules: readonly Module[]): ReadonlyMap<string, string> {
  return new Map(modules.flatMap(({ items }) => items.map(({ key, title }) => [key, title])));
}
