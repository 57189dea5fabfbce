// The drivers of the four databases, and what the resolvers read with them in batches.
import { MongoClient } from "mongodb";
import pg from "pg";
import { Redis } from "ioredis";

const MOST_IDS = 100;
const statements = JSON.parse(process.env.BENCH_STATEMENTS);

const number = (text) => Number(text);
pg.types.setTypeParser(20, number); // int8
pg.types.setTypeParser(1016, (text) => text.slice(1, -1).split(",").map(number)); // int8[]

export async function openStores(environment) {
  const mongo = new MongoClient(environment.GATEWAY_PROFILES_URL);
  const path = new URL(environment.GATEWAY_PROFILES_URL).pathname.slice(1);
  const database = mongo.db(path || "quadrangle");
  const sql = new pg.Pool({ connectionString: environment.GATEWAY_PROGRESS_URL.replace(/^\w+:/, "postgresql:"), max: 16 });
  sql.on("connect", (client) => client.query(statements.settings));
  const influx = new URL(environment.GATEWAY_TIMELINE_URL.replace("influxdb+", ""));
  const redis = new Redis(environment.GATEWAY_SESSIONS_URL);
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  if (influx.password) {
    headers.Authorization = `Basic ${btoa(`${decodeURIComponent(influx.username)}:${decodeURIComponent(influx.password)}`)}`;
  }
  const titles = new Map(); // of course versions, which never change

  const rows = async (name, ...values) => (await sql.query({ name, text: statements[name], values })).rows;

  return {
    async profiles(ids) {
      const found = new Map();
      for (let start = 0; start < ids.length; start += MOST_IDS) {
        const chosen = { _id: { $in: ids.slice(start, start + MOST_IDS) } };
        const projection = { displayName: 1, locale: 1 };
        for (const each of await database.collection("learners").find(chosen, { projection, batchSize: MOST_IDS }).toArray()) {
          found.set(each._id, { __typename: "Learner", learnerId: each._id, displayName: each.displayName, locale: each.locale });
        }
      }
      return ids.map((id) => found.get(id) ?? null);
    },

    async titles(pins) {
      const missing = pins.filter((pin) => !titles.has(pin));
      if (missing.length) {
        const projection = { title: 1 };
        for (const each of await database.collection("courses").find({ _id: { $in: missing } }, { projection }).toArray()) {
          titles.set(each._id, { title: each.title });
        }
      }
      return pins.map((pin) => titles.get(pin) ?? null);
    },

    enrollmentsOfCourse: (course) => rows("of_course", course),

    async enrollmentsOfLearners(ids, first) {
      const found = Map.groupBy(await rows("of_learners", ids, first), (row) => row.learner_id);
      return ids.map((id) => found.get(id) ?? []);
    },

    async progress(registrations) {
      const found = new Map((await rows("progress", registrations)).map((row) => [row.registration, row]));
      return registrations.map((key) => found.get(key) ?? null);
    },

    summaryNumbers: (course, stoppedSince) => rows("numbers", [course], stoppedSince),
    completions: (course, starts, start, end) => rows("completions", [course], starts, start, end),

    // Rows of (time in ns as text, voided, course, id, …): the nanoseconds do not fit a number.
    async events(ids, { first, course }) {
      const either = ids.map((id) => `learner = '${id}'`).join(" OR ");
      const narrowed = course ? ` AND course = '${course}'` : "";
      const limit = first + 2 + (first >> 3);
      const fields = "voided,course,id,verb,item_key,position,score,progress,duration_ms";
      const q = `SELECT ${fields} FROM interaction WHERE (${either})${narrowed} GROUP BY learner ORDER BY time DESC LIMIT ${limit}`;
      const body = new URLSearchParams({ db: influx.pathname.slice(1), q });
      const response = await fetch(new URL("/query", influx.origin), { method: "POST", headers, body });
      const [result] = (await response.json()).results;
      const found = new Map((result.series ?? []).map((series) => [series.tags.learner, series.values.filter((row) => !row[1])]));
      return ids.map((id) => (found.get(id) ?? []).slice(0, first + 1));
    },

    async sessions(ids) {
      const blobs = await redis.mget(ids.map((id) => `q:l:${id}`));
      return blobs.map((blob) => (blob === null ? null : JSON.parse(blob)));
    },
  };
}
