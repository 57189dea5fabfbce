import { strings } from "../strings";
import { PATHS } from "../ui/frame";
import { PageLink } from "../ui/page_link";
import type { Page } from "../ui/start_page";

const text = strings.home;
const NAMES = ["dashboard", "learn", "explorer"] as const;

/** The three pages, with a sentence each. */
export function Doors({ page }: { page: Page }) {
  return (
    <ul class="doors">
      {NAMES.map((name) => (
        <li key={name} class="card door">
          <span class="quiet">{text.doors[name].for}</span>
          <h2>
            <PageLink page={page} to={PATHS[name]}>
              {strings.common.pages[name]}
            </PageLink>
          </h2>
          <p>{text.doors[name].text}</p>
        </li>
      ))}
    </ul>
  );
}
