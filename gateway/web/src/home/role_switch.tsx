import { useCallback, useEffect, useState } from "preact/hooks";

import type { Session } from "../session/session";
import { strings } from "../strings";
import { type DemoRole, readDemoRoles } from "./demo_roles";

const text = strings.home;
const COUNT = 5;

/** The demo's people. Choosing one signs in. `current` is the viewer's subject. */
export function RoleSwitch({ session, current }: { session: Session; current: string | undefined }) {
  const [roles, setRoles] = useState<readonly DemoRole[] | null>();
  const read = useCallback(() => void readDemoRoles().then(setRoles), []);
  useEffect(read, [read]);
  if (roles === null) {
    return (
      <p class="notice" role="status">
        {text.rolesFailed}
        <button type="button" onClick={read}>
          {strings.common.retry}
        </button>
      </p>
    );
  }
  return (
    <>
      <h3>{text.roles}</h3>
      <p class="quiet">{text.rolesText}</p>
      <ul class="roles" aria-busy={!roles}>
        {(roles ?? Array.from({ length: COUNT }, () => undefined)).map((role, index) => (
          <li key={index}>
            {role ? (
              <button type="button" aria-pressed={role.subject === current} onClick={() => session.signIn(role.token)}>
                <bdi class="role-name">{role.name}</bdi>
                <span class="role">{strings.common.roles[role.role]}</span>
                <span class="role-story">{role.description}</span>
              </button>
            ) : (
              <span class="role-placeholder" />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
