import { useState } from "preact/hooks";

import type { Session } from "../session/session";
import { tokenIn } from "../session/token_text";
import { strings } from "../strings";
import { useSignIns } from "../ui/use_sign_ins";

const text = strings.explorer;

/** Takes a token, for this and all other pages. The schema is read again as its viewer. */
export function TokenBox({ session, demo }: { session: Session; demo: boolean }) {
  useSignIns(session);
  const [given, setGiven] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const token = tokenIn(given);
    if (!token) return;
    setGiven("");
    session.signIn(token);
  };
  return (
    <form class="token-box" onSubmit={submit}>
      <label for="token">{text.token}</label>
      <input
        id="token"
        type="password"
        value={given}
        onInput={(event) => setGiven(event.currentTarget.value)}
        autocomplete="off"
        spellcheck={false}
        placeholder={text.pasteToken}
      />
      <button type="submit">{text.use}</button>
      <span class="quiet" role="status">
        {session.token ? text.withToken : demo ? text.demoToken : text.withoutToken}
      </span>
    </form>
  );
}
