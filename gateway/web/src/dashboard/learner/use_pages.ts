import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { Answer, Client } from "../../graphql/client";
import { type Fault, isStale } from "../../graphql/fault";
import type { Operation } from "../../graphql/operation";
import { useRetry } from "../../ui/use_retry";

/** A page of a list, as the schema's connections have it. */
export interface Connection<Row> {
  readonly edges: readonly { readonly node: Row }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The rows of a list that have been read so far. */
export interface Pages<Row> {
  /** Undefined before the first answer and where there is none. */
  readonly rows: readonly Row[] | undefined;
  readonly faults: readonly Fault[];
  readonly more: boolean;
  readonly waiting: boolean;
  readonly showMore: () => void;
  readonly readAgain: () => void;
}

interface Shown<Row> {
  readonly question: string;
  readonly rows: readonly Row[] | undefined;
  readonly end: string | null;
  readonly faults: readonly Fault[];
}

/** Read a list's first page, and further ones on demand. At each new `pulse` the rows that are shown are read again. */
export function usePages<Data, Variables, Row>(
  client: Client,
  operation: Operation<Data, Variables & { after?: string | null | undefined }>,
  variables: Variables,
  pick: (data: Data) => Connection<Row> | null | undefined,
  pulse: number,
): Pages<Row> {
  const question = JSON.stringify(variables);
  const [shown, setShown] = useState<Shown<Row>>();
  const [again, setAgain] = useState(0);
  const [further, setFurther] = useState(false);
  const current = shown?.question === question ? shown : undefined;
  const latest = useRef(current);
  latest.current = current;
  const asked = JSON.parse(question) as Variables;

  useEffect(() => {
    const abort = new AbortController();
    const wanted = latest.current?.rows?.length ?? 1;
    const read = async () => {
      let rows: readonly Row[] = [];
      let end: string | null = null;
      let old: readonly Fault[] = [];
      do {
        const answer: Answer<Data> = await client.run(operation, { ...asked, after: end }, abort.signal);
        const { page, faults } = pageOf(answer, pick);
        if (!page) return setShown({ question, rows: undefined, end: null, faults });
        rows = [...rows, ...page.rows];
        end = page.end;
        old = [...old, ...faults.filter(isStale)];
      } while (rows.length < wanted && end);
      return setShown({ question, rows, end, faults: old });
    };
    setFurther(false);
    read().catch(() => undefined);
    return () => abort.abort();
  }, [client, operation, question, pulse, again]);

  useEffect(() => {
    const before = latest.current;
    if (!further || !before?.end) return undefined;
    const abort = new AbortController();
    const received = (answer: Answer<Data>) => {
      const { page, faults } = pageOf(answer, pick);
      setShown(page ? { question, rows: [...(before.rows ?? []), ...page.rows], end: page.end, faults: [] } : { ...before, faults });
      setFurther(false);
    };
    client.run(operation, { ...asked, after: before.end }, abort.signal).then(received, () => undefined);
    return () => abort.abort();
  }, [further]);

  const readAgain = useCallback(() => setAgain((value) => value + 1), []);
  useRetry(shown?.faults, readAgain);
  return {
    rows: (current ?? shown)?.rows,
    faults: current?.faults ?? [],
    more: current?.end != null,
    waiting: !current || further,
    showMore: useCallback(() => setFurther(true), []),
    readAgain,
  };
}

function pageOf<Data, Row>({ data, faults }: Answer<Data>, pick: (data: Data) => Connection<Row> | null | undefined) {
  const connection = data && pick(data);
  if (!connection) return { page: undefined, faults };
  const { hasNextPage, endCursor } = connection.pageInfo;
  return { page: { rows: connection.edges.map(({ node }) => node), end: hasNextPage ? endCursor : null }, faults };
}
