import { type Client, CloseCode, createClient } from "graphql-ws";

import { type Fault, UNREACHABLE, faultOf } from "./fault";
import type { Operation } from "./operation";
import type { Session } from "../session/session";

/** `connecting`: for the first time. `waiting`: the connection was lost, and the next attempt follows. */
export type Connection = "connecting" | "live" | "waiting";

/** What a subscription delivers. `ended` comes once, with the faults if there were any. */
export interface Receiver<Data> {
  readonly next: (data: Data, faults: readonly Fault[]) => void;
  readonly ended: (faults: readonly Fault[]) => void;
}

const LONGEST_WAIT = 10_000;
const REFUSED = new Set<number>([CloseCode.Unauthorized, CloseCode.Forbidden]);

/** Subscriptions over one WebSocket (graphql-transport-ws), which reconnects with backoff. */
export class Live {
  readonly #client: Client;
  readonly #listeners = new Set<(connection: Connection) => void>();
  #connection: Connection = "connecting";

  constructor(session: Session, url = "/graphql") {
    this.#client = createClient({
      url: new URL(url, window.location.href).href.replace(/^http/, "ws"),
      connectionParams: () => session.headers(),
      keepAlive: 10_000,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (retries) => wait(Math.min(LONGEST_WAIT, 250 * 2 ** retries) * (0.5 + Math.random() / 2)),
      shouldRetry: (reason) => !(reason instanceof CloseEvent && REFUSED.has(reason.code)),
      on: {
        connected: () => this.#set("live"),
        closed: (event) => {
          if (event instanceof CloseEvent && REFUSED.has(event.code)) session.expire();
          this.#set("waiting");
        },
      },
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
    return this.#client.subscribe<Data>(payload, {
      next: ({ data, errors = [] }) => data && receiver.next(data, errors.map(faultOf)),
      error: (error) => receiver.ended(faultsOf(error)),
      complete: () => receiver.ended([]),
    });
  }

  /** Close the connection. */
  close(): void {
    void this.#client.dispose();
  }

  #set(connection: Connection): void {
    this.#connection = connection;
    for (const listener of this.#listeners) listener(connection);
  }
}

function faultsOf(error: unknown): readonly Fault[] {
  if (Array.isArray(error)) return error.map(faultOf);
  return [{ code: UNREACHABLE, message: String(error), path: [] }];
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
