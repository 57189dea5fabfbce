import { type Client, CloseCode, createClient } from "graphql-ws";

import { type Fault, UNREACHABLE, faultOf } from "./fault";
import type { Operation } from "./operation";
import { retryPause } from "./retry_pause";
import type { Session } from "../session/session";

/** `connecting`: there is none yet, or none is needed. `waiting`: it was lost, and the next attempt follows. */
export type Connection = "connecting" | "live" | "waiting";

/** What a subscription delivers. `ended` comes once, with the faults if there were any. */
export interface Receiver<Data> {
  readonly next: (data: Data, faults: readonly Fault[]) => void;
  readonly ended: (faults: readonly Fault[]) => void;
}

const PING_EVERY = 10_000;
const PONG_WITHIN = 5_000;
const REFUSED = new Set<number>([CloseCode.Unauthorized, CloseCode.Forbidden]);
const UNAUTHENTICATED = "UNAUTHENTICATED";
const NORMAL = 1_000;

/** Subscriptions over one WebSocket (graphql-transport-ws), which reconnects with backoff. After a sign-in it connects
 * again as the new viewer. */
export class Live {
  readonly #client: Client;
  readonly #listeners = new Set<(connection: Connection) => void>();
  readonly #session: Session;
  #token: string | null = null;
  #connection: Connection = "connecting";
  #pong: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, url = "/graphql") {
    this.#session = session;
    this.#client = createClient({
      url: new URL(url, window.location.href).href.replace(/^http/, "ws"),
      connectionParams: () => {
        this.#token = session.token;
        return session.headers();
      },
      keepAlive: PING_EVERY,
      connectionAckWaitTimeout: PONG_WITHIN,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: retryPause,
      shouldRetry: (reason) => !isRefused(reason),
      on: {
        connecting: (again) => this.#set(again ? "waiting" : "connecting"),
        connected: () => this.#set("live"),
        // The library does not notice a socket that hangs: close it where the pong is missing.
        ping: (received) => {
          if (!received) this.#pong = setTimeout(() => this.#client.terminate(), PONG_WITHIN);
        },
        pong: (received) => received && clearTimeout(this.#pong),
        closed: (event) => {
          clearTimeout(this.#pong);
          this.#set(isNeeded(event) ? "waiting" : "connecting");
        },
      },
    });
    // The connection belongs to the viewer who opened it.
    session.watch(() => {
      this.#client.terminate();
      this.#set("connecting");
    });
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Call `listener` at each change of the connection. Returns what ends it. */
  watch(listener: (connection: Connection) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Subscribe. After a lost connection the document is sent again, with the variables that the object has then: a
   * receiver may set `after` to the last cursor. Returns what ends the subscription. */
  subscribe<Data, Variables extends Record<string, unknown>>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    receiver: Receiver<Data>,
  ): () => void {
    // The gateway finds the document by `documentId`; the library requires a text.
    const payload = { query: "", documentId: operation.id, operationName: operation.name, variables };
    let last: readonly Fault[] = []; // an event without data is the end: its errors say why
    return this.#client.subscribe<Data>(payload, {
      next: ({ data, errors = [] }) => {
        const faults = errors.map(faultOf);
        if (data) receiver.next(data, faults);
        else last = faults;
      },
      error: (error) => this.#end(receiver, faultsOf(error)),
      complete: () => this.#end(receiver, last),
    });
  }

  /** Close the connection. */
  close(): void {
    void this.#client.dispose();
  }

  #end(receiver: Receiver<never>, faults: readonly Fault[]): void {
    // The connection was closed because of its token, or stays open and the token has expired.
    if (faults.some(({ code, path }) => code === UNAUTHENTICATED && !path.length)) this.#session.expire(this.#token);
    receiver.ended(faults);
  }

  #set(connection: Connection): void {
    this.#connection = connection;
    for (const listener of [...this.#listeners]) listener(connection);
  }
}

/** Whether the gateway closed the connection because of its token. */
function isRefused(reason: unknown): boolean {
  return reason instanceof CloseEvent && REFUSED.has(reason.code);
}

/** Whether a connection that ended is still needed: it was neither refused nor closed after its last subscription. */
function isNeeded(reason: unknown): boolean {
  return !isRefused(reason) && !(reason instanceof CloseEvent && reason.code === NORMAL);
}

function faultsOf(error: unknown): readonly Fault[] {
  if (Array.isArray(error)) return error.map(faultOf);
  if (isRefused(error)) return [{ code: UNAUTHENTICATED, message: "the connection was refused", path: [] }];
  const message = error instanceof CloseEvent ? `WebSocket closed: ${error.code} ${error.reason}` : String(error);
  return [{ code: UNREACHABLE, message, path: [] }];
}
