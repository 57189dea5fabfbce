// The resolvers of both servers. Everything below a root field is read in batches by the loaders of the request.
import { GraphQLError } from "graphql";
import DataLoader from "dataloader";

const ONLINE_MS = 60_000;
const AWAY_MS = 600_000;
const STOPPED_MS = 14 * 86_400_000;
const DAY_MS = 86_400_000;
const BILLION = 1e9;

export function contextOf(stores, viewer) {
  const keyed = (read, keyOf) => {
    const loaders = new Map();
    return (options) => {
      const key = keyOf(options);
      if (!loaders.has(key)) loaders.set(key, new DataLoader((ids) => read(ids, options)));
      return loaders.get(key);
    };
  };
  return {
    stores,
    viewer,
    profiles: new DataLoader((ids) => stores.profiles(ids)),
    titles: new DataLoader((pins) => stores.titles(pins)),
    progress: new DataLoader((registrations) => stores.progress(registrations)),
    sessions: new DataLoader((ids) => stores.sessions(ids)),
    enrollments: keyed((ids, first) => stores.enrollmentsOfLearners(ids, first), (first) => first),
    events: keyed((ids, options) => stores.events(ids, options), ({ first, course }) => `${first} ${course ?? ""}`),
  };
}

const forbidden = () => new GraphQLError("not found, or you may not see it", { extensions: { code: "FORBIDDEN" } });

function mayTeach({ role, courses }, course) {
  if (role !== "ADMIN" && !(role === "INSTRUCTOR" && courses.includes(course))) throw forbidden();
}

function maySee({ role, sub }, learnerId) {
  if (role !== "ADMIN" && sub !== learnerId) throw forbidden();
}

const keyOf = (globalId) => Buffer.from(globalId, "base64").toString().replace(/^Learner:/, "");

function interaction(row) {
  const [time, , course, id, verb, itemKey, position, score, progress, duration] = row;
  return {
    time,
    course,
    id,
    at: new Date(time).toISOString(),
    verb,
    itemKey,
    position,
    score,
    progress,
    durationSeconds: duration === null ? null : duration / 1000,
  };
}

function cursor({ time, course }) {
  const slot = Number((/\.(\d+)Z$/.exec(time)?.[1] ?? "").padEnd(9, "0").slice(3));
  return Buffer.from(JSON.stringify(["events-places", Date.parse(time), slot, course])).toString("base64url");
}

function status(session) {
  if (session === null || session.ended) return "OFFLINE";
  const age = Date.now() - session.at;
  return age >= AWAY_MS ? "OFFLINE" : age < ONLINE_MS ? "ONLINE" : "AWAY";
}

const mean = (nano, of) => (of ? nano / of / BILLION : null);
const sum = (rows, place) => rows.reduce((total, numbers) => total + numbers[place], 0);

function summary(course, rows) {
  const of = { COMPLETION: [], SCORE: [], ITEM: [], STOPPED: [] };
  for (const row of rows) of[row.kind].push(row);
  const counted = of.COMPLETION.filter((row) => row.key !== "WITHDRAWN").map((row) => row.numbers);
  const scored = of.SCORE.filter((row) => row.key !== "WITHDRAWN").map((row) => row.numbers);
  const below = (numbers, place) => (place === 0 ? 0 : place === 10 ? numbers[0] : numbers[place + 1]);
  const bin = (place) => counted.reduce((total, each) => total + below(each, place + 1) - below(each, place), 0);
  const stopped = new Map(of.STOPPED.map((row) => [row.key, row.numbers[0]]));
  const counters = new Map(of.ITEM.filter((row) => row.numbers.some(Boolean)).map((row) => [row.key, row.numbers]));
  const keys = [...new Set([...counters.keys(), ...stopped.keys()])].sort();
  return {
    course,
    enrolled: of.COMPLETION.reduce((total, row) => total + row.numbers[0], 0),
    averageCompletion: mean(sum(counted, 1), sum(counted, 0)),
    averageScore: mean(sum(scored, 1), sum(scored, 0)),
    distribution: Array.from({ length: 10 }, (_, place) => bin(place)),
    items: keys.map((itemKey) => {
      const [started, satisfied, , scores, nano] = counters.get(itemKey) ?? [0, 0, 0, 0, 0];
      return { itemKey, started, satisfied, averageScore: mean(nano, scores), stoppedHere: stopped.get(itemKey) ?? 0 };
    }),
  };
}

export const resolvers = {
  Query: {
    async enrollments(_, { course }, { stores, viewer }) {
      mayTeach(viewer, course);
      return { edges: (await stores.enrollmentsOfCourse(course)).map((node) => ({ node })) };
    },
    learner(_, { id }, { profiles, viewer }) {
      maySee(viewer, keyOf(id));
      return profiles.load(keyOf(id));
    },
    nodes(_, { ids }, { profiles, viewer }) {
      return ids.map((id) => {
        maySee(viewer, keyOf(id));
        return profiles.load(keyOf(id));
      });
    },
    course: (_, { key }, { viewer }) => {
      mayTeach(viewer, key);
      return { key };
    },
  },
  Learner: {
    id: ({ learnerId }) => Buffer.from(`Learner:${learnerId}`).toString("base64"),
    async enrollments({ learnerId }, { first }, { enrollments }) {
      return { edges: (await enrollments(first).load(learnerId)).map((node) => ({ node })) };
    },
    async timeline({ learnerId }, options, { events }) {
      const rows = (await events(options).load(learnerId)).map(interaction);
      return { rows: rows.slice(0, options.first), hasNextPage: rows.length > options.first };
    },
    async session({ learnerId }, _, { sessions }) {
      const session = await sessions.load(learnerId);
      return session === null || session.ended ? null : session;
    },
    presence: async ({ learnerId }, _, { sessions }) => ({ status: status(await sessions.load(learnerId)) }),
  },
  InteractionConnection: {
    edges: ({ rows }) => rows.map((node) => ({ node })),
    pageInfo: (page) => page,
  },
  InteractionEdge: { cursor: ({ node }) => cursor(node) },
  PageInfo: { endCursor: ({ rows }) => (rows.length ? cursor(rows.at(-1)) : null) },
  Enrollment: {
    learner: ({ learner_id }, _, { profiles }) => profiles.load(learner_id),
    course: ({ course_key, course_version }, _, { titles }) => titles.load(`${course_key}@${course_version}`),
    progress: ({ registration }, _, { progress }) => progress.load(registration),
  },
  CourseProgress: {
    itemsDone: ({ items_done }) => items_done,
    itemsTotal: ({ items_total }) => items_total,
    lastActivityAt: ({ last_activity_at }) => last_activity_at?.toISOString() ?? null,
  },
  Session: {
    itemKey: ({ item }) => item,
    lastSeenAt: ({ at }) => new Date(at).toISOString(),
  },
  Course: {
    async summary({ key }, _, { stores }) {
      const rows = await stores.summaryNumbers(key, Date.now() - STOPPED_MS);
      return rows.some(({ kind }) => kind === "COMPLETION") ? summary(key, rows) : null;
    },
  },
  CourseSummary: {
    async completions({ course }, { range }, { stores }) {
      const days = [];
      const end = Date.parse(range.to);
      for (let day = Math.floor(Date.parse(range.from) / DAY_MS) * DAY_MS; day < end; day += DAY_MS) {
        days.push(new Date(day).toISOString());
      }
      const last = new Date(Date.parse(days.at(-1)) + DAY_MS);
      const rows = await stores.completions(course, days, new Date(days[0]), last);
      const completed = new Map(rows.map((row) => [row.place - 1, row.completed]));
      return days.map((start, place) => ({ start, completed: completed.get(place) ?? 0 }));
    },
  },
};
