/** A person's name with a picture, or with the initials where pictures of other servers are not shown. */
export function Person({ name, picture, fallback }: { name: string | null | undefined; picture?: string | null | undefined; fallback: string }) {
  const shown = name ?? fallback;
  return (
    <span class="person">
      {picture ? (
        <img class="avatar" src={picture} alt="" width={32} height={32} loading="lazy" />
      ) : (
        <span class="avatar" aria-hidden="true">
          {initials(shown)}
        </span>
      )}
      <bdi>{shown}</bdi>
    </span>
  );
}

/** The first characters of the first and last word. A character may have several code points. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const first = (word: string | undefined) => (word ? [...segments.segment(word)][0]?.segment ?? "" : "");
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : "")).toLocaleUpperCase();
}
