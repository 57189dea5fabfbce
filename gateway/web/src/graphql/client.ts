import { type Fault, UNREACHABLE, faultOf, staleFault } from "./fault";
import type { Operation } from "./operation";
import { StaleData, staleStores } from "./stale";
import type { Credentials } from "../session/session";

/** What the gateway answered. `data` is null after a request error. */
export interface Answer<Data> {
  readonly data: Data | null;
  readonly faults: readonly Fault[];
}

/** Runs trusted documents over HTTP as the viewer of a session or of other credentials. */
export class Client {
  /** What the answers had of stores that do not answer. */
  readonly stale = new StaleData();
  readonly #url: string;
  readonly #credentials: Credentials;

  constructor(credentials: Credentials, url = "/graphql") {
    this.#credentials = credentials;
    this.#url = url;
  }

  /** The answer to an operation. It never rejects, unless `signal` aborts it: a gateway that cannot be reached is a
   * fault, too. A refused token ends the session. */
  async run<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Answer<Data>> {
    const { token } = this.#credentials;
    let response: Response;
    try {
      response = await fetch(this.#url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...this.#credentials.headers() },
        body: JSON.stringify({ documentId: operation.id, operationName: operation.name, variables }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      return unanswered(String(error));
    }
    if (response.status === 401) this.#credentials.expire(token);
    try {
      const { data = null, errors = [], extensions } = await response.json();
      const stale = staleStores(extensions, new Date());
      this.stale.answered(operation.name, stale);
      return { data, faults: [...errors.map(faultOf), ...stale.map(staleFault)] };
    } catch (error) {
      if (signal?.aborted) throw error;
      return unanswered(`HTTP ${response.status}`);
    }
  }
}

function unanswered(message: string): Answer<never> {
  return { data: null, faults: [{ code: UNREACHABLE, message, path: [] }] };
}
