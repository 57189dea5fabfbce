import type { Client } from "../graphql/client";
import { strings } from "../strings";
import { Certificate } from "./certificate";
import { useCodeInAddress } from "./code_in_address";

const text = strings.verify;

/** The form for a code, and what the certificate with the code of the address certifies. */
export function Verification({ client }: { client: Client }) {
  const [code, move] = useCodeInAddress();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get("code");
    if (typeof given === "string" && given.trim()) move(given.trim());
  };
  return (
    <div class="verify">
      <h1>{text.title}</h1>
      <form class="verify-form" onSubmit={submit}>
        <label for="code">{text.code}</label>
        <input id="code" name="code" key={code} defaultValue={code} autocomplete="off" autocapitalize="off" spellcheck={false} required />
        <button type="submit" class="primary">
          {text.check}
        </button>
      </form>
      <div class="verify-answer" role="status">
        {code ? <Certificate key={code} client={client} code={code} /> : <p class="quiet">{text.lead}</p>}
      </div>
    </div>
  );
}
