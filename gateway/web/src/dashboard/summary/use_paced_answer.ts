import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { isForbidden } from "../../graphql/fault";
import type { Answer, Client } from "../../graphql/client";
import type { Operation } from "../../graphql/operation";
import { useRetry } from "../../ui/use_retry";
import { Pace } from "./pace";

/** An operation that is read again at a measured pace. */
export interface PacedAnswer<Data, Variables> {
  readonly answer: Answer<Data> | undefined;
  /** The variables of the answer. */
  readonly asked: Variables | undefined;
  /** The first answer, or that to a new question, is not there yet. */
  readonly waiting: boolean;
  /** Something changed: read again as soon as the pace allows it. */
  readonly changed: () => void;
  /** Read now. */
  readonly readAgain: () => void;
}

interface Shown<Data, Variables> {
  readonly question: string;
  readonly asked: Variables;
  readonly answer: Answer<Data>;
}

/** Read an operation at once, at each new `question`, and at most every `spacing` milliseconds after changes. Stores
 * that do not answer are asked again sooner. `variables` are computed at each read. */
export function usePacedAnswer<Data, Variables>(
  client: Client,
  operation: Operation<Data, Variables>,
  question: string,
  variables: () => Variables,
  spacing: number,
): PacedAnswer<Data, Variables> {
  const [shown, setShown] = useState<Shown<Data, Variables>>();
  const latest = useRef(variables);
  latest.current = variables;
  const reader = useRef({ changed: () => {}, read: () => {} });
  useEffect(() => {
    let abort = new AbortController();
    const read = () => {
      pace.began();
      abort.abort();
      abort = new AbortController();
      const asked = latest.current();
      const received = (answer: Answer<Data>) =>
        setShown((before) => ({ question, asked, answer: withEarlierData(answer, before, question) }));
      client.run(operation, asked, abort.signal).then(received, () => undefined);
    };
    const pace = new Pace(read, spacing);
    reader.current = { changed: () => pace.request(), read };
    read();
    return () => {
      pace.close();
      abort.abort();
    };
  }, [client, operation, question, spacing]);
  const changed = useCallback(() => reader.current.changed(), []);
  const readAgain = useCallback(() => reader.current.read(), []);
  useRetry(shown?.answer.faults, readAgain);
  return {
    answer: shown?.answer,
    asked: shown?.asked,
    waiting: shown?.question !== question,
    changed,
    readAgain,
  };
}

/** Where the gateway did not answer, what it answered before stays beside the fault. */
function withEarlierData<Data, Variables>(
  answer: Answer<Data>,
  before: Shown<Data, Variables> | undefined,
  question: string,
): Answer<Data> {
  if (answer.data !== null || before?.question !== question || answer.faults.some(isForbidden)) return answer;
  return { data: before.answer.data, faults: answer.faults };
}
