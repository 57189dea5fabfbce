import type { Fetcher, FetcherParams, FetcherReturnType } from "@graphiql/toolkit";
import { CloseCode, createClient } from "graphql-ws";
import { type DocumentNode, Kind, OperationTypeNode } from "graphql";

import type { Session } from "../session/session";
import { strings } from "../strings";
import type { EventList } from "./event_list";
import type { Trace, Traces } from "./traces";

const URL_OF_ENDPOINT = "/graphql";
const TRACE_HEADER = "X-Gateway-Trace";
const TRACED = "stores,cost,plan";
const PARTS = TRACED.split(",");
const INTROSPECTION = "IntrospectionQuery";
type Headers = Record<string, string>;

/** Runs what the editor sends, as the session's viewer. Traces go to the plan panel, events to the list of events. */
export function fetcherOf(session: Session, traces: Traces, events: EventList): Fetcher {
  return (params, options) => {
    const headers: Headers = { ...session.headers(), ...options?.headers };
    const operation = operationOf(options?.documentAST, params.operationName);
    if (operation === OperationTypeNode.SUBSCRIPTION) return subscription(params, headers, events);
    return request(params, headers, session, traces).catch(unanswered);
  };
}

async function request(params: FetcherParams, headers: Headers, session: Session, traces: Traces) {
  const introspection = params.operationName === INTROSPECTION;
  const traced = !introspection && !Object.keys(headers).some((name) => name.toLowerCase() === TRACE_HEADER.toLowerCase());
  const { token } = session;
  const response = await fetch(URL_OF_ENDPOINT, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json", Accept: "application/json", ...(traced ? { [TRACE_HEADER]: TRACED } : {}) },
    body: JSON.stringify(params),
  });
  if (response.status === 401 && headers["Authorization"] === session.headers()["Authorization"]) session.expire(token);
  const result = await response.json();
  if (!introspection) traces.record(result.extensions);
  return traced ? withoutTrace(result) : result;
}

/** The answer in place of one that is not there, or is no answer of GraphQL: the editor shows an error with its stack. */
function unanswered() {
  return { errors: [{ message: strings.common.unreachable }] };
}

/** The answer without what was added for the plan panel. */
function withoutTrace(result: { extensions?: Trace & Record<string, unknown> }) {
  const { extensions, ...answer } = result;
  const rest = Object.entries(extensions ?? {}).filter(([name]) => !PARTS.includes(name));
  return rest.length ? { ...answer, extensions: Object.fromEntries(rest) } : answer;
}

interface Observer {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/** An observable of the events, in the one form of `subscribe` that GraphiQL calls. */
function subscription(params: FetcherParams, headers: Headers, events: EventList): FetcherReturnType {
  const observable = {
    subscribe(observer: Observer) {
      events.clear();
      const client = createClient({
        url: new URL(URL_OF_ENDPOINT, window.location.href).href.replace(/^http/, "ws"),
        connectionParams: headers,
        retryAttempts: 0,
      });
      client.subscribe(payloadOf(params), {
        next(result) {
          events.add(result);
          observer.next(result);
        },
        error: (error) => observer.error(readable(error)),
        complete: () => {
          observer.complete();
          void client.dispose();
        },
      });
      return { unsubscribe: () => void client.dispose() };
    },
  };
  return observable as unknown as FetcherReturnType;
}

function payloadOf({ query, variables, operationName }: FetcherParams) {
  return { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) };
}

/** What the editor shows: the errors of the answer, or a sentence about the connection. */
function readable(error: unknown): unknown {
  if (!(error instanceof CloseEvent)) return error;
  const refused = error.code === CloseCode.Unauthorized || error.code === CloseCode.Forbidden;
  return { message: refused ? strings.explorer.refused : strings.common.unreachable };
}

function operationOf(document: DocumentNode | undefined, name: string | null | undefined): OperationTypeNode | undefined {
  const operations = document?.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION) ?? [];
  return operations.find((each) => !name || each.name?.value === name)?.operation;
}
