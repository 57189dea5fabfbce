"use strict";

const { React, createRoot, GraphiQL, createGraphiQLFetcher } = globalThis.Explorer;

const QUERY = `# One question, four stores: profiles, progress, timeline and sessions.
# The answer's "extensions" tell what it cost: the header below asks for that.
# Where a token is needed, add it there: "Authorization": "Bearer …". It is not kept.
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
const ask = createGraphiQLFetcher({ url });

function fetcher(params, options = {}) {
  const operations = (options.documentAST?.definitions ?? []).filter(({ kind }) => kind === "OperationDefinition");
  const asked = operations.find(({ name }) => !params.operationName || name?.value === params.operationName);
  return asked?.operation === "subscription" ? subscription(params, options.headers) : ask(params, options);
}

// The events of a subscription, by server-sent events: unlike a socket's, its request has the headers of the tab.
// An observable, as GraphiQL knows them.
function subscription(params, headers) {
  return {
    subscribe(observer) {
      const leaving = new AbortController();
      listen(params, headers, observer, leaving.signal)
        .then(() => observer.complete())
        .catch((error) => leaving.signal.aborted || observer.error(error));
      return { unsubscribe: () => leaving.abort() };
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

// Not every browser can iterate over a stream itself.
async function* chunks(stream) {
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: QUERY, defaultHeaders: HEADERS, shouldPersistHeaders: false }),
);
