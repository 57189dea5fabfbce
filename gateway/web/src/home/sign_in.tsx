import { useState } from "preact/hooks";

import viewerDocument from "../../documents/common_viewer.graphql";
import { formatAgo } from "../format";
import { Client } from "../graphql/client";
import { type Fault, UNREACHABLE } from "../graphql/fault";
import { type Session, credentialsOf } from "../session/session";
import { expiryOf, tokenIn } from "../session/token_text";
import { strings } from "../strings";

const text = strings.home;
const TEXT = { type: "text" } as const;
const PASSWORD = { type: "password" } as const;

/** Signs in by a pasted token, after the gateway has accepted it. */
export function SignIn({ session }: { session: Session }) {
  const [given, setGiven] = useState("");
  const [shown, setShown] = useState(false);
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    const token = tokenIn(given);
    if (!token) return setProblem(text.faults.noToken);
    setChecking(true);
    const { faults } = await new Client(credentialsOf(token)).run(viewerDocument, {});
    setChecking(false);
    // A store that does not answer leaves out the name. The token is accepted all the same.
    const refused = faults.find(({ path }) => !path.length);
    setProblem(refused && sentence(refused, token));
    if (refused) return;
    setGiven("");
    session.signIn(token);
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <label for="token">{text.token}</label>
      <div class="sign-in-row">
        <input
          id="token"
          {...(shown ? TEXT : PASSWORD)}
          value={given}
          onInput={(event) => {
            setGiven(event.currentTarget.value);
            setProblem(undefined);
          }}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          required
          aria-invalid={problem !== undefined}
          aria-describedby="token-hint token-problem"
        />
        <button type="button" aria-pressed={shown} aria-controls="token" onClick={() => setShown(!shown)}>
          {shown ? text.hide : text.show}
        </button>
        <button type="submit" class="primary" disabled={checking}>
          {checking ? text.checking : strings.common.signIn}
        </button>
      </div>
      <p id="token-hint" class="quiet">
        {text.tokenHint}
      </p>
      <p id="token-problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}

function sentence({ code }: Fault, token: string): string {
  const now = new Date();
  const expiry = expiryOf(token);
  if (code === "UNAUTHENTICATED") return expiry && expiry <= now ? text.faults.expired(formatAgo(expiry, now)) : text.faults.refused;
  if (code === UNREACHABLE) return strings.common.unreachable;
  if (code === "RATE_LIMITED") return text.faults.busy;
  return `${strings.common.failed} (${code})`;
}
