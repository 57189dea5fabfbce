import { useState } from "preact/hooks";

import heartbeatDocument from "../../documents/learn_heartbeat.graphql";
import { formatDuration, formatShare } from "../format";
import { strings } from "../strings";
import type { Page } from "../ui/start_page";
import type { Course } from "./courses";
import { ItemLink } from "./item_link";
import type { Item, ItemProgress, ReadCourse } from "./use_course";

const text = strings.learn;
const MARKS = { NOT_STARTED: "○", VIEWED: "◔", IN_PROGRESS: "◑", FAILED: "✕", COMPLETED: "✓", PASSED: "✓", WAIVED: "✓" };

interface ItemRowProps {
  page: Page;
  course: Course;
  item: Item;
  read: ReadCourse;
  /** The titles of the course's items by key. */
  titles: ReadonlyMap<string, string>;
}

/** An item of the course with the learner's progress. A locked one names what unlocks it. */
export function ItemRow({ page, course, item, read, titles }: ItemRowProps) {
  const progress = read.progress?.get(item.key);
  const state = progress?.state;
  const locked = progress?.locked === true && read.content?.course?.enforcePrerequisites !== false;
  const here = course.resume?.itemKey === item.key;
  return (
    <li class="item" data-item={item.key} data-state={state} data-locked={locked} aria-current={here ? "step" : undefined}>
      <span class="mark" aria-hidden="true">
        {locked ? <Lock /> : state && MARKS[state]}
      </span>
      <span class="item-text">
        <bdi class="item-title">{item.title}</bdi>
        <span class="quiet">{details(item, progress)}</span>
        {locked && <span>{`${text.locked}. ${text.unlockedBy(missing(item, read, titles))}`}</span>}
      </span>
      <span class="item-actions">
        {here ? (
          <span class="here">{text.here}</span>
        ) : (
          !locked && course.state !== "WITHDRAWN" && <MarkHere page={page} course={course} item={item} />
        )}
        {!locked && <ItemLink url={item.launchUrl} title={item.title} />}
      </span>
    </li>
  );
}

function Lock() {
  return (
    <svg viewBox="0 0 16 16">
      <path d="M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7zm2 0h4V5a2 2 0 0 0-4 0z" />
    </svg>
  );
}

/** Sends a heartbeat at the beginning of the item, so that the learner continues here, in any browser. */
function MarkHere({ page, course, item }: { page: Page; course: Course; item: Item }) {
  const [failed, setFailed] = useState(false);
  const mark = async () => {
    const { data, faults } = await page.client.run(heartbeatDocument, { registration: course.registration, itemKey: item.key });
    setFailed(faults.length > 0 || (data?.heartbeat.errors.length ?? 0) > 0);
  };
  return (
    <>
      {failed && <span role="status">{text.notMarked}</span>}
      <button type="button" aria-label={text.markHereLabel(item.title)} onClick={mark}>
        {text.markHere}
      </button>
    </>
  );
}

function details(item: Item, progress: ItemProgress | undefined): string {
  const parts = [text.itemTypes[item.type]];
  if (item.estimatedDurationSeconds) parts.push(formatDuration(item.estimatedDurationSeconds));
  if (item.moveOn === "NOT_APPLICABLE") parts.push(text.optional);
  if (progress) {
    const share = progress.state === "IN_PROGRESS" && progress.completion > 0 ? ` ${formatShare(progress.completion)}` : "";
    parts.push(text.itemStates[progress.state] + share);
    if (progress.bestScore !== null) parts.push(text.bestScore(formatShare(progress.bestScore)));
  }
  return parts.join(" · ");
}

/** The titles of the prerequisites that are not satisfied. */
function missing(item: Item, read: ReadCourse, titles: ReadonlyMap<string, string>): string {
  const open = item.prerequisites.filter((key) => !read.progress?.get(key)?.satisfied);
  return new Intl.ListFormat(undefined, { type: "conjunction" }).format(open.map((key) => titles.get(key) ?? key));
}
