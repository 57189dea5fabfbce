const KEY = "quadrangle.token";

/** The viewer's token. It lives in sessionStorage: as long as the tab, and for all pages of the gateway. */
export class Session {
  readonly #listeners = new Set<() => void>();

  /** Takes a token over from the address (`#token=…`), which loses it at once. */
  static fromAddress(): Session {
    const given = new URLSearchParams(window.location.hash.slice(1)).get("token");
    if (given !== null) {
      window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
      if (given) sessionStorage.setItem(KEY, given);
    }
    return new Session();
  }

  get token(): string | null {
    return sessionStorage.getItem(KEY);
  }

  /** The headers of a request, and the parameters of a connection. Without a token there are none. */
  headers(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  signIn(token: string): void {
    sessionStorage.setItem(KEY, token.trim().replace(/^Bearer\s+/i, ""));
    this.#changed();
  }

  signOut(): void {
    sessionStorage.removeItem(KEY);
    this.#changed();
  }

  /** The gateway refused the token. */
  expire(): void {
    if (this.token) this.signOut();
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

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
