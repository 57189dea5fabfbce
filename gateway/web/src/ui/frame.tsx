import "./frame.css";

import type { ComponentChildren } from "preact";

import { strings } from "../strings";
import { PageLink } from "./page_link";
import { StaleNotice } from "./stale_notice";
import type { Page } from "./start_page";
import { useSignIns } from "./use_sign_ins";
import { ViewerBadge } from "./viewer_badge";

const text = strings.common;
type PageName = keyof typeof text.pages;
export const PATHS: Readonly<Record<PageName, string>> = { home: "/", dashboard: "/dashboard", learn: "/learn", explorer: "/graphql" };
const NAMES = Object.keys(PATHS) as PageName[];

interface FrameProps {
  readonly page: Page;
  readonly current: PageName | null;
  /** Whether the content follows the viewer by itself. Otherwise a change of the viewer renders all of it again. */
  readonly keepsContent?: boolean;
  readonly children: ComponentChildren;
}

/** The head of each page: the other pages, the connection, the viewer, and the way out. */
export function Frame({ page, current, keepsContent = false, children }: FrameProps) {
  const signIns = useSignIns(page.session);
  return (
    <>
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <header class="frame">
        <PageLink page={page} to="/" class="brand">
          {text.product}
        </PageLink>
        <nav aria-label={text.pagesLabel}>
          {NAMES.map((name) => (
            <PageLink key={name} page={page} to={PATHS[name]} current={name === current}>
              {text.pages[name]}
            </PageLink>
          ))}
        </nav>
        <ViewerBadge key={signIns} page={page} />
      </header>
      <main id="content" tabIndex={-1} key={keepsContent ? 0 : signIns}>
        {page.session.refused && (
          <p class="notice session-ended" role="alert">
            {text.tokenRefused} {current !== "home" && <a href="/">{text.signIn}</a>}
          </p>
        )}
        <StaleNotice client={page.client} />
        {children}
      </main>
    </>
  );
}
