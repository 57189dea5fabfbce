import type { ComponentChildren } from "preact";

import type { Page } from "../ui/start_page";
import { type Go, addressOf } from "./place";

interface Target {
  readonly page: Page;
  readonly go: Go;
  readonly search: Readonly<Record<string, string>>;
  readonly kept?: unknown;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link to another place of the dashboard. It loads no page; a new tab gets the token. */
export function PlaceLink({ page, go, search, kept, children, ...more }: Target) {
  const follow = (event: MouseEvent) => {
    event.preventDefault();
    const newTab = event.ctrlKey || event.metaKey || event.shiftKey || event.button === 1;
    if (newTab) window.open(page.session.handOver(addressOf(search)), "_blank", "noopener");
    else go(search, { kept });
  };
  const middle = (event: MouseEvent) => event.button === 1 && follow(event);
  return (
    <a href={addressOf(search)} onClick={follow} onAuxClick={middle} {...more}>
      {children}
    </a>
  );
}
