import type { GraphQLFormattedError } from "graphql";

import type { StaleStore } from "./stale";

/** An error of a response, or of the way to the gateway. `path` leads to the field that is null; a request error has none. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** The store that did not answer. */
  readonly store?: string;
  readonly retryAfterMs?: number;
}

/** The gateway did not answer at all. This code is the browser's own: it is not in the schema. */
export const UNREACHABLE = "UNREACHABLE";
/** The answer has old data of a store that does not answer. This code is the browser's own, too. */
const STALE = "STALE";
const NO_ACCESS = new Set(["FORBIDDEN", "UNAUTHENTICATED"]);

/** The fault of an error in a response. */
export function faultOf(error: GraphQLFormattedError): Fault {
  const { code, store, retryAfterMs } = error.extensions ?? {};
  return {
    code: typeof code === "string" ? code : "INTERNAL",
    message: error.message,
    path: error.path ?? [],
    ...(typeof store === "string" ? { store } : {}),
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  };
}

/** The fault of old data. They are shown, and read again until the store answers. */
export function staleFault({ store }: StaleStore): Fault {
  return { code: STALE, message: `${store} does not answer`, path: [], store };
}

/** The fault that made the field at `path` null, or a part above it. List positions may be left out of `path`. */
export function faultAt(faults: readonly Fault[], ...path: string[]): Fault | undefined {
  return faults.find((fault) => {
    if (isStale(fault)) return false;
    const names = fault.path.filter((part) => typeof part === "string");
    return names.length <= path.length && names.every((name, index) => name === path[index]);
  });
}

/** Whether it is one of old data. */
export function isStale({ code }: Fault): boolean {
  return code === STALE;
}

/** A fault without which there would be more to show. */
export function anyFault(faults: readonly Fault[]): Fault | undefined {
  return faults.find((fault) => !isStale(fault));
}

/** Whether the viewer may not see what was requested. */
export function isForbidden(fault: Fault): boolean {
  return NO_ACCESS.has(fault.code);
}

/** Whether the same may succeed later: a store or the gateway did not answer. */
export function isPassing(fault: Fault): boolean {
  return fault.store !== undefined || fault.code === UNREACHABLE;
}
