import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import { PATHS } from "../ui/frame";
import { PageLink } from "../ui/page_link";
import type { Page } from "../ui/start_page";
import { RoleSwitch } from "./role_switch";
import { SignIn } from "./sign_in";
import { type Viewer, useViewer } from "./use_viewer";

const text = strings.home;
const common = strings.common;
const START = { ADMIN: "dashboard", INSTRUCTOR: "dashboard", LEARNER: "learn", SERVICE: "explorer" } as const;

/** Who is signed in and what they see, and the ways to sign in. */
export function Who({ page }: { page: Page }) {
  const { viewer, fault, readAgain } = useViewer(page);
  return (
    <section class="card" aria-labelledby="who">
      <h2 id="who">{text.who}</h2>
      <div class="who" role="status">
        {viewer && <Seen viewer={viewer} page={page} />}
        {viewer === null && <p>{text.signedOut}</p>}
        {fault && <FaultNotice fault={fault} onRetry={readAgain} />}
      </div>
      {page.settings.demo ? (
        <>
          <RoleSwitch session={page.session} current={viewer?.subject} />
          <details>
            <summary>{text.ownToken}</summary>
            <SignIn session={page.session} />
          </details>
        </>
      ) : (
        <SignIn session={page.session} />
      )}
    </section>
  );
}

function Seen({ viewer, page }: { viewer: Viewer; page: Page }) {
  const start = START[viewer.role];
  return (
    <>
      <p>
        {page.session.token ? text.signedInAs : text.demoDefault}{" "}
        <strong>
          <bdi>{viewer.learner?.displayName ?? viewer.subject}</bdi>
        </strong>{" "}
        ({common.roles[viewer.role]}). {text.sees[viewer.role]}
      </p>
      {viewer.role === "INSTRUCTOR" && (
        <p>
          {text.teaches} {new Intl.ListFormat().format(taught(viewer))}.
        </p>
      )}
      <PageLink page={page} to={PATHS[start]}>
        {text.open[start]}
      </PageLink>
    </>
  );
}

function taught(viewer: Viewer): string[] {
  return viewer.courses?.edges.flatMap(({ node }) => (node ? [node.title ?? node.key] : [])) ?? [];
}
