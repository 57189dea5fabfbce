/** Runs `read` when it is requested, at most once per `spacing` milliseconds, and never while the tab is hidden: then
 * once when it is shown again. */
export class Pace {
  readonly #read: () => void;
  readonly #spacing: number;
  #requested = false;
  #earliest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: () => void, spacing: number) {
    this.#read = read;
    this.#spacing = spacing;
    document.addEventListener("visibilitychange", this.#plan);
  }

  /** Run `read` as soon as the spacing allows it. */
  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#plan();
  }

  /** A read has begun for another reason: it counts, and serves the requests until now. */
  began(): void {
    this.#requested = false;
    this.#earliest = performance.now() + this.#spacing;
    clearTimeout(this.#timer);
  }

  close(): void {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#plan);
  }

  readonly #plan = (): void => {
    clearTimeout(this.#timer);
    if (!this.#requested || document.hidden) return;
    this.#timer = setTimeout(() => {
      this.began();
      this.#read();
    }, this.#earliest - performance.now());
  };
}
