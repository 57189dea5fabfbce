/** Whether `part` is in `text`. Accents, case and Unicode form are ignored, as in the gateway's search. */
export function containsText(text: string, part: string): boolean {
  return folded(text).includes(folded(part));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
