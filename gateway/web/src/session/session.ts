import { tokenIn } from "./token_text";

const KEY = "quadrangle.token";

/** As whom requests are sent. */
export interface Credentials {
  readonly token: string | null;
  /** The headers of a request, and the parameters of a connection. Without a token there are none. */
  headers(): Record<string, string>;
  /** The gateway refused this token. */
  expire(token: string | null): void;
}

/** The credentials of a given token, which no page keeps. Null: requests have no token. */
export function credentialsOf(token: string | null): Credentials {
  return { token, headers: () => (token ? { Authorization: `Bearer ${token}` } : {}), expire: () => undefined };
}

/** The viewer's token. It lives in sessionStorage: as long as the tab, and for all pages of the gateway. */
export class Session implements Credentials {
  readonly #listeners = new Set<() => void>();
  #noticed: string | null = null;
  #refused = false;

  /** Takes a token over from the address (`#token=…`), which loses it at once; now, and when the address of the open
   * page changes. */
  static fromAddress(): Session {
    const session = new Session();
    session.#takeOver();
    window.addEventListener("hashchange", () => session.#takeOver());
    // The browser may show a page again as it was before another page of this tab changed the token.
    window.addEventListener("pageshow", () => session.token !== session.#noticed && session.#changed());
    return session;
  }

  get token(): string | null {
    return sessionStorage.getItem(KEY);
  }

  /** Whether the last session ended because the gateway refused its token. */
  get refused(): boolean {
    return this.#refused;
  }

  headers(): Record<string, string> {
    return credentialsOf(this.token).headers();
  }

  signIn(token: string): void {
    this.#keep(token, false);
  }

  signOut(): void {
    this.#keep(null, false);
  }

  expire(token: string | null = this.token): void {
    // A request that was sent before a new sign-in does not end the new session.
    if (token !== null && token === this.token) this.#keep(null, true);
  }

  /** The address of another page for a new tab, which does not share this tab's storage. */
  handOver(path: string): string {
    return this.token ? `${path}#token=${encodeURIComponent(this.token)}` : path;
  }

  /** Call `listener` at each sign-in and sign-out. Returns what ends it. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #takeOver(): void {
    const given = new URLSearchParams(window.location.hash.slice(1)).get("token");
    if (given === null) {
      this.#noticed = this.token;
      return;
    }
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
    const token = tokenIn(given);
    this.#keep(token, token === null);
  }

  #keep(token: string | null, refused: boolean): void {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
    this.#refused = refused;
    this.#changed();
  }

  #changed(): void {
    this.#noticed = this.token;
    for (const listener of this.#listeners) listener();
  }
}
