import type { ComponentChildren } from "preact";

import { PageLink } from "../ui/page_link";
import type { Page } from "../ui/start_page";
import { type Go, addressOf } from "./place";

interface Target {
  readonly page: Page;
  readonly go: Go;
  readonly search: Readonly<Record<string, string>>;
  readonly kept?: unknown;
  readonly children: ComponentChildren;
}

/** A link to another place of the dashboard. In this tab it loads no page. */
export function PlaceLink({ page, go, search, kept, children }: Target) {
  return (
    <PageLink page={page} to={addressOf(search)} onFollow={() => go(search, { kept })}>
      {children}
    </PageLink>
  );
}
