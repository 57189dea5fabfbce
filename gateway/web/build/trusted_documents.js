// Turns an imported .graphql file into its operation: the name, and the sha256 of its text, by which the gateway knows it.
import { createHash } from "node:crypto";

import { Kind, parse } from "graphql";

/** A Vite plugin. The text of a document does not reach the browser. */
export function trustedDocuments() {
  return {
    name: "trusted-documents",
    transform: {
      filter: { id: /\.graphql$/ },
      handler(text) {
        const [operation] = parse(text).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
        const id = createHash("sha256").update(text).digest("hex");
        return { code: `export default ${JSON.stringify({ id, name: operation.name.value })};`, map: null };
      },
    },
  };
}
