import { strings } from "../strings";

const WEB = /^https?:/;

/** The link that opens an item where the course has it. Without an address of the web there is none. */
export function ItemLink({ url, title, primary = false }: { url: string | null | undefined; title: string; primary?: boolean }) {
  if (!url || !WEB.test(url)) return null;
  return (
    <a class={primary ? "button primary" : "button"} href={url} target="_blank" rel="noopener noreferrer">
      {strings.learn.open}
      <span class="hidden-visually">
        {" "}
        {title} ({strings.learn.opensElsewhere})
      </span>
    </a>
  );
}
