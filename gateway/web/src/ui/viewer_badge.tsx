import { useEffect, useState } from "preact/hooks";

import viewerDocument from "../../documents/common_viewer.graphql";
import { UNREACHABLE } from "../graphql/fault";
import type { Connection } from "../graphql/live";
import { strings } from "../strings";
import { Person } from "./person";
import type { Page } from "./start_page";
import { useAnswer } from "./use_answer";
import { useRetry } from "./use_retry";

const text = strings.common;

/** Who the viewer is, whether the live connection is lost, and the way out. Its size is the same while it loads. */
export function ViewerBadge({ page }: { page: Page }) {
  const connection = useConnection(page);
  return (
    <div class="viewer" role="group" aria-label={text.viewerLabel}>
      <span class="connection" role="status">
        {connection === "waiting" && text.reconnecting}
      </span>
      {/* Without a token only a demo has a viewer. Others would refuse the request. */}
      {page.session.token || page.settings.demo ? <Viewer page={page} /> : <span class="role">{text.anonymous}</span>}
      {page.session.token && (
        <button type="button" onClick={() => page.session.signOut()}>
          {text.signOut}
        </button>
      )}
    </div>
  );
}

function Viewer({ page }: { page: Page }) {
  const { answer, readAgain } = useAnswer(page.client, viewerDocument, {});
  const viewer = answer?.data?.viewer;
  const unreachable = answer?.faults.some(({ code }) => code === UNREACHABLE) ?? false;
  useRetry(answer?.faults, readAgain);
  if (!viewer) return <span class="role">{answer && (unreachable ? text.notReached : text.anonymous)}</span>;
  return (
    <>
      <Person
        name={viewer.learner?.displayName}
        picture={page.settings.remoteImages ? viewer.learner?.avatarUrl : null}
        fallback={viewer.subject}
      />
      <span class="role">{text.roles[viewer.role]}</span>
    </>
  );
}

function useConnection(page: Page): Connection {
  const [connection, setConnection] = useState(page.live.connection);
  useEffect(() => page.live.watch(setConnection), [page]);
  return connection;
}
