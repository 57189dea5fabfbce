import type { ComponentChildren } from "preact";

import type { Page } from "./start_page";

interface PageLinkProps {
  readonly page: Page;
  readonly to: string;
  readonly current?: boolean;
  /** What a click in this tab does instead of loading the page. */
  readonly onFollow?: () => void;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link to a page of the gateway. A new tab does not share the token: a click that opens one hands it over. */
export function PageLink({ page, to, current = false, onFollow, class: names, children }: PageLinkProps) {
  const open = (event: MouseEvent) => {
    const inNewTab = event.type === "click" ? event.ctrlKey || event.metaKey || event.shiftKey : event.button === 1;
    if (inNewTab && page.session.token) {
      event.preventDefault();
      window.open(page.session.handOver(to), "_blank", "noopener");
    } else if (onFollow && event.type === "click" && !inNewTab) {
      event.preventDefault();
      onFollow();
    }
  };
  return (
    <a href={to} class={names} aria-current={current ? "page" : undefined} onClick={open} onAuxClick={open}>
      {children}
    </a>
  );
}
