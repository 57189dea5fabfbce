import type { ComponentChildren } from "preact";
import { useEffect, useReducer } from "preact/hooks";

import viewerDocument from "../../documents/common_viewer.graphql";
import { strings } from "../strings";
import { Person } from "./person";
import type { Page } from "./start_page";
import { useAnswer } from "./use_answer";

const text = strings.common;
type PageName = keyof typeof text.pages;
const PATHS: Readonly<Record<PageName, string>> = { home: "/", dashboard: "/dashboard", learn: "/learn", explorer: "/graphql" };
const NAMES = Object.keys(PATHS) as PageName[];

/** The head of each page: the other pages, the viewer, and the way out. A change of the viewer renders the content anew. */
export function Frame({ page, current, children }: { page: Page; current: PageName | null; children: ComponentChildren }) {
  const [signIns, changed] = useReducer((count: number) => count + 1, 0);
  useEffect(() => page.session.watch(() => changed(undefined)), [page]);
  return (
    <>
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <header class="frame">
        <a class="brand" href="/">
          {text.product}
        </a>
        <nav>
          {NAMES.map((name) => (
            <PageLink key={name} page={page} name={name} current={current} />
          ))}
        </nav>
        <ViewerBadge key={signIns} page={page} />
      </header>
      <main id="content" key={signIns}>
        {children}
      </main>
    </>
  );
}

function PageLink({ page, name, current }: { page: Page; name: PageName; current: PageName | null }) {
  // A new tab does not share the token: the link that opens one hands it over.
  const openTab = (event: MouseEvent) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey && event.button !== 1) return;
    event.preventDefault();
    window.open(page.session.handOver(PATHS[name]), "_blank", "noopener");
  };
  return (
    <a href={PATHS[name]} aria-current={name === current ? "page" : undefined} onClick={openTab} onAuxClick={openTab}>
      {text.pages[name]}
    </a>
  );
}

function ViewerBadge({ page }: { page: Page }) {
  const { answer } = useAnswer(page.client, viewerDocument, {});
  const viewer = answer?.data?.viewer;
  return (
    <div class="viewer" aria-live="polite">
      {answer && !viewer && text.anonymous}
      {viewer && (
        <>
          <Person
            name={viewer.learner?.displayName}
            picture={page.settings.remoteImages ? viewer.learner?.avatarUrl : null}
            fallback={viewer.subject}
          />
          <span class="role">{text.roles[viewer.role]}</span>
        </>
      )}
      {page.session.token && (
        <button type="button" onClick={() => page.session.signOut()}>
          {text.signOut}
        </button>
      )}
    </div>
  );
}
