/** The last part of a usage key or IRI: it names what has no title. */
export function shortKey(key: string): string {
  return key.split(/[@/#]/).findLast((part) => part !== "") ?? key;
}
