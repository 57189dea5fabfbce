"use strict";

const { React, createRoot, GraphiQL, createGraphiQLFetcher } = globalThis.Explorer;

const QUERY = `# One query over four stores: profiles, progress, timeline and sessions.
# The header below adds the store calls of the query to "extensions" of the response.
# If a token is required, add it there: "Authorization": "Bearer …". It is not saved.
query Dashboard {
  courses(first: 1) {
    edges {
      node {
        title
        onlineNow
        enrollments(first: 5) {
          edges {
            node {
              learner {
                displayName
                presence { status }
                timeline(first: 1) { edges { node { at verb itemKey } } }
              }
              progress { completion itemsDone itemsTotal }
            }
          }
        }
      }
    }
  }
  storeHealth { store backend state latencyMs }
}
`;

const HEADERS = `{
  "X-Gateway-Trace": "stores"
}
`;

const url = window.location.pathname;
const fetchResult = createGraphiQLFetcher({ url });

function fetcher(params, options = {}) {
  const operations = (options.documentAST?.definitions ?? []).filter(({ kind }) => kind === "OperationDefinition");
  const operation = operations.find(({ name }) => !params.operationName || name?.value === params.operationName);
  return operation?.operation === "subscription" ? subscription(params, options.headers) : fetchResult(params, options);
}

// An observable of a subscription's events, as GraphiQL expects it. It uses server-sent events because a WebSocket
// cannot send the tab's headers.
function subscription(params, headers) {
  return {
    subscribe(observer) {
      const abort = new AbortController();
      listen(params, headers, observer, abort.signal)
        .then(() => observer.complete())
        .catch((error) => abort.signal.aborted || observer.error(error));
      return { unsubscribe: () => abort.abort() };
    },
  };
}

async function listen(params, headers, observer, signal) {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(params),
    signal,
  });
  if (!response.ok) {
    observer.next(await response.json());
    return;
  }
  let rest = "";
  for await (const chunk of chunks(response.body.pipeThrough(new TextDecoderStream()))) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const [event, data] = block.split("\ndata: ");
      if (event === "event: next") observer.next(JSON.parse(data));
    }
  }
}

// Some browsers cannot iterate over a ReadableStream.
async function* chunks(stream) {
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: QUERY, defaultHeaders: HEADERS, shouldPersistHeaders: false }),
);
