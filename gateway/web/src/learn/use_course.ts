import { useEffect, useState } from "preact/hooks";

import courseDocument from "../../documents/learn_course.graphql";
import type { LearnCourseQuery } from "../documents";
import type { Answer, Client } from "../graphql/client";
import type { Fault } from "../graphql/fault";

export type CourseContent = NonNullable<LearnCourseQuery["enrollment"]>;
export type Module = NonNullable<NonNullable<CourseContent["course"]>["modules"]>[number];
export type Item = Module["items"][number];
export type ItemProgress = NonNullable<CourseContent["items"]>["edges"][number]["node"];

/** A course in full. `progress` has the items' progress by key; null if it could not be read. */
export interface ReadCourse {
  readonly content: CourseContent | null;
  readonly progress: ReadonlyMap<string, ItemProgress> | null;
  readonly faults: readonly Fault[];
}

/** Read a course with all pages of its items, again at each change of `round`. What was read
 * stays until then, and after a read that fails. */
export function useCourse(client: Client, registration: string, round: number): ReadCourse | undefined {
  const [course, setCourse] = useState<ReadCourse>();
  useEffect(() => {
    const abort = new AbortController();
    const keep = (read: ReadCourse) => {
      const { content, progress, faults } = read;
      setCourse((last) => ({ content: content ?? last?.content ?? null, progress: progress ?? last?.progress ?? null, faults }));
    };
    readCourse(client, registration, abort.signal).then(keep, () => undefined);
    return () => abort.abort();
  }, [client, registration, round]);
  return course;
}

async function readCourse(client: Client, registration: string, signal: AbortSignal): Promise<ReadCourse> {
  const progress = new Map<string, ItemProgress>();
  let first: CourseContent | null = null;
  let after: string | null = null;
  for (;;) {
    const { data, faults }: Answer<LearnCourseQuery> = await client.run(courseDocument, { registration, after }, signal);
    first ??= data?.enrollment ?? null;
    const page: CourseContent["items"] | undefined = data?.enrollment?.items;
    if (!page) return { content: first, progress: null, faults };
    for (const { node } of page.edges) progress.set(node.itemKey, node);
    if (!page.pageInfo.hasNextPage) return { content: first, progress, faults };
    after = page.pageInfo.endCursor;
  }
}
