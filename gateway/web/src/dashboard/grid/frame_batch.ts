const SHORTEST = 150;

/** Calls `run` in a frame after a request, however many there were, and at most about six times a second. */
export class FrameBatch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;
  #last = 0;
  readonly #run: () => void;

  constructor(run: () => void) {
    this.#run = run;
  }

  request(): void {
    this.#timer ??= setTimeout(() => this.#wait(), Math.max(0, this.#last + SHORTEST - performance.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  /** A page in the background has no frames. */
  #wait(): void {
    if (document.hidden) this.#end();
    else this.#frame = requestAnimationFrame(() => this.#end());
  }

  #end(): void {
    this.#timer = undefined;
    this.#frame = undefined;
    this.#last = performance.now();
    this.#run();
  }
}
