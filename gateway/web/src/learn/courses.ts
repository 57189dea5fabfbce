import type { LearnOverviewQuery, LearnResumeSubscription } from "../documents";

export type Me = NonNullable<LearnOverviewQuery["me"]>;
export type Course = NonNullable<Me["enrollments"]>["edges"][number]["node"];
export type Resume = NonNullable<Course["resume"]>;
export type Moved = ReadonlyMap<string, LearnResumeSubscription["resumeMoved"]>;

/** The courses with the resume points that moved since they were read. The later point is shown. */
export function withMoved(courses: readonly Course[], moved: Moved): readonly Course[] {
  return courses.map((course) => {
    const point = moved.get(course.registration);
    return point && (!course.resume || course.resume.at <= point.at) ? { ...course, resume: point } : course;
  });
}

/** The course to continue with: the one with the latest resume point, else the first active one. */
export function lastVisited(courses: readonly Course[]): Course | undefined {
  const open = courses.filter(({ state }) => state !== "WITHDRAWN");
  const visited = open.filter(({ resume }) => resume).sort((one, other) => (one.resume!.at < other.resume!.at ? 1 : -1));
  return visited[0] ?? open.find(({ state }) => state === "ACTIVE") ?? courses[0];
}

/** A position within a video, in minutes and seconds. Other items have units of their own, so theirs is not shown. */
export function positionText(resume: Resume): string | null {
  if (!resume.position || resume.item?.type !== "VIDEO") return null;
  const seconds = Math.floor(resume.position);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first, ...rest] = parts[0] ? parts : parts.slice(1);
  return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}
