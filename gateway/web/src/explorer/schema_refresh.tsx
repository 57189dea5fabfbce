/** @jsxImportSource react */
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

import type { Session } from "../session/session";
import { strings } from "../strings";

/** Reads the schema again when the viewer changes. If the viewer may not read it, a sentence says what still works. */
export function SchemaRefresh({ session }: { session: Session }) {
  const { introspect } = useGraphiQLActions();
  const missing = useGraphiQL(({ fetchError }) => fetchError);
  useEffect(() => session.watch(() => void introspect()), [session, introspect]);
  if (!missing) return null;
  return (
    <p className="schema-missing" role="status">
      {session.token ? strings.explorer.noSchema : strings.explorer.noSchemaWithoutToken}
    </p>
  );
}
