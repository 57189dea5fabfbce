import { useCallback, useEffect, useState } from "preact/hooks";

import type { Answer, Client } from "../graphql/client";
import type { Operation } from "../graphql/operation";

/** An operation's answer; undefined until there is one. While it is read again, the last one stays. If a later read
 * fails as a whole, the last data stay, beside the faults. */
export interface Read<Data> {
  readonly answer: Answer<Data> | undefined;
  readonly readAgain: () => void;
}

/** Read an operation, and read it again when its variables change. Variables are compared by their JSON. */
export function useAnswer<Data, Variables>(
  client: Client,
  operation: Operation<Data, Variables>,
  variables: Variables,
): Read<Data> {
  const [answer, setAnswer] = useState<Answer<Data>>();
  const [round, setRound] = useState(0);
  const text = JSON.stringify(variables);
  useEffect(() => {
    const abort = new AbortController();
    const keep = (read: Answer<Data>) => {
      setAnswer((last) => ({ data: read.data ?? last?.data ?? null, faults: read.faults }));
    };
    client.run(operation, JSON.parse(text) as Variables, abort.signal).then(keep, () => undefined);
    return () => abort.abort();
  }, [client, operation, text, round]);
  const readAgain = useCallback(() => setRound((value) => value + 1), []);
  return { answer, readAgain };
}
