import rowsDocument from "../../../documents/dashboard_rows.graphql";
import rowsAgainDocument from "../../../documents/dashboard_rows_again.graphql";
import type { DashboardRowsQuery, DashboardRowsQueryVariables } from "../../documents";
import type { Answer, Client } from "../../graphql/client";
import { type Fault, isStale } from "../../graphql/fault";
import type { CourseFeed, Update } from "../course_feed";
import { FrameBatch } from "./frame_batch";
import { type Row, type Rows, isNewer, rowsOf, withReadAgain, withUpdates } from "./rows";

const START_WITHIN = 1_000;
const SHORTEST_PAUSE = 2_000;
const PAUSE = 10_000;

/** The rows of a page, kept current. `reading`: the rows are those of the request before. */
export interface LivePage {
  readonly reading: boolean;
  /** Those of the last request. */
  readonly variables: DashboardRowsQueryVariables | null;
  readonly answer: Answer<DashboardRowsQuery> | undefined;
  readonly rows: Rows;
}

const NO_ANSWER: Answer<never> = { data: null, faults: [] };
const NOTHING: LivePage = { reading: true, variables: null, answer: undefined, rows: rowsOf([], new Map()) };

/** Reads a page of learners, and applies the updates of the course to it: also those that come while it is read. */
export class LiveRows {
  #page = NOTHING;
  #abort = new AbortController();
  #updates = new Map<string, Update>();
  #again: ReturnType<typeof setTimeout> | undefined;
  #lastAgain = Number.NEGATIVE_INFINITY;
  readonly #client: Client;
  readonly #feed: CourseFeed;
  readonly #show: (page: LivePage) => void;
  readonly #batch = new FrameBatch(() => this.#apply());
  readonly #unreceive: () => void;

  /** `show` is called with each change, at most once in a frame. */
  constructor(client: Client, feed: CourseFeed, show: (page: LivePage) => void) {
    this.#client = client;
    this.#feed = feed;
    this.#show = show;
    this.#unreceive = feed.receive({ updated: (update) => this.#receive(update), reset: this.readAgain, ended: () => undefined });
  }

  /** Show the page with these variables. */
  show(variables: DashboardRowsQueryVariables): void {
    this.#page = { ...this.#page, variables };
    this.readAgain();
  }

  /** Read the page again: in order, and with what came since. */
  readonly readAgain = (): void => {
    this.#stop();
    this.#abort = new AbortController();
    if (this.#page.variables) void this.#read(this.#page.variables, this.#abort.signal);
  };

  /** Read what a store did not answer. Rows that are shown stay where they are, unless they are old. */
  readonly retry = (): void => {
    const { answer, rows } = this.#page;
    if (answer?.data?.enrollments && !answer.faults.some(isStale)) void this.#readRows(rows.rows, this.#abort.signal);
    else this.readAgain();
  };

  close(): void {
    this.#unreceive();
    this.#stop();
    this.#batch.close();
  }

  #stop(): void {
    this.#abort.abort();
    clearTimeout(this.#again);
    this.#again = undefined;
  }

  async #read(variables: DashboardRowsQueryVariables, signal: AbortSignal): Promise<void> {
    this.#set({ ...this.#page, reading: true });
    const isLive = await started(this.#feed);
    if (signal.aborted) return;
    if (!isLive) this.#readWhenLive(signal);
    this.#updates.clear();
    const answer = await this.#client.run(rowsDocument, variables, signal).catch(() => null);
    if (!answer || signal.aborted) return;
    const read = answer.data?.enrollments?.edges.map(({ node }) => node);
    this.#set({ reading: false, variables, answer, rows: read ? rowsOf(read, this.#updates) : this.#page.rows });
    this.#updates.clear();
    // The subscription may have begun a little later than the reading.
    if (read) this.#readSoon(() => true);
  }

  #readWhenLive(signal: AbortSignal): void {
    const unwatch = this.#feed.watch((state) => {
      if (state === "live" && !signal.aborted) this.readAgain();
    });
    signal.addEventListener("abort", unwatch);
  }

  #receive(update: Update): void {
    const before = this.#updates.get(update.registration);
    if (before && !isNewer(update.progress.version, before.progress.version)) return;
    this.#updates.set(update.registration, update);
    this.#batch.request();
  }

  #apply(): void {
    if (this.#page.reading) return; // the answer comes first
    const rows = withUpdates(this.#page.rows, this.#updates);
    this.#updates.clear();
    this.#set({ ...this.#page, rows });
    this.#readSoon(({ registration }) => rows.changes.has(registration));
  }

  /** Read rows again by their ids, at most every ten seconds: an update has neither a withdrawal nor a streak. */
  #readSoon(chosen: (row: Row) => boolean): void {
    if (this.#again !== undefined) return;
    const wait = Math.max(SHORTEST_PAUSE, this.#lastAgain + PAUSE - performance.now());
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#lastAgain = performance.now();
      if (!document.hidden) void this.#readRows(this.#page.rows.rows.filter(chosen), this.#abort.signal);
    }, wait);
  }

  async #readRows(rows: readonly Row[], signal: AbortSignal): Promise<void> {
    const { answer, variables } = this.#page;
    if (!rows.length || !variables || !answer) return;
    const again = { course: variables.course, ids: rows.map(({ id }) => id) };
    const { data, faults } = await this.#client.run(rowsAgainDocument, again, signal).catch(() => NO_ANSWER);
    if (signal.aborted) return;
    const read = data?.nodes.filter((node): node is Row => node !== null && "registration" in node);
    const shown = read && !faults.length ? withReadAgain(this.#page.rows, read) : this.#page.rows;
    const latest = [...answer.faults.filter(isStale), ...(data ? faults.map(inRows) : faults)];
    this.#set({ ...this.#page, answer: { ...answer, faults: latest }, rows: shown });
  }

  #set(page: LivePage): void {
    this.#page = page;
    this.#show(page);
  }
}

/** The fault of a row that was read again, as if it had been read with its page. */
function inRows(fault: Fault): Fault {
  const [, index = 0, ...rest] = fault.path;
  return { ...fault, path: ["enrollments", "edges", index, "node", ...(rest.length ? rest : ["progress"])] };
}

/** Wait until the feed has subscribed, but not long. Returns whether it has. */
function started(feed: CourseFeed): Promise<boolean> {
  if (feed.state !== "connecting") return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (isLive: boolean) => {
      clearTimeout(timer);
      unwatch();
      resolve(isLive);
    };
    const timer = setTimeout(() => end(false), START_WITHIN);
    const unwatch = feed.watch(() => end(true));
  });
}
