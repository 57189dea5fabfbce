import { useSyncExternalStore } from "react";

/** A value that components follow. Each change has a new value. */
export class Observed<Value> {
  readonly #listeners = new Set<() => void>();
  #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  protected set(value: Value): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** The current value, in a component. */
export function useObserved<Value>(observed: Observed<Value>): Value {
  return useSyncExternalStore(observed.watch, () => observed.value);
}
