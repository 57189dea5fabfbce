import namesDocument from "../../../documents/dashboard_names.graphql";
import type { Client } from "../../graphql/client";
import type { Fault } from "../../graphql/fault";
import { useEffect, useState } from "preact/hooks";

/** The learners whose name begins with a text. `ids` is null if there is no text, undefined while they are read. */
export interface Named {
  readonly ids: readonly string[] | null | undefined;
  /** More than a hundred learners have such a name: the others are left out. */
  readonly isCut: boolean;
  readonly fault?: Fault | undefined;
}

const ALL: Named = { ids: null, isCut: false };
const READING: Named = { ids: undefined, isCut: false };

/** Find the learners whose name begins with `name`, on the whole platform. */
export function useNamed(client: Client, name: string): Named {
  const [found, setFound] = useState<Named & { readonly name: string }>({ name: "", ...ALL });
  useEffect(() => {
    if (!name) return undefined;
    const abort = new AbortController();
    client.run(namesDocument, { name }, abort.signal).then(
      ({ data, faults }) => {
        const learners = data?.learners;
        const ids = learners?.edges.map(({ node }) => node.learnerId);
        setFound({ name, ids, isCut: learners?.pageInfo.hasNextPage ?? false, fault: ids ? undefined : faults[0] });
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [client, name]);
  if (!name) return ALL;
  return found.name === name ? found : READING;
}
