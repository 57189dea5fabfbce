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

const fetcher = createGraphiQLFetcher({ url: window.location.pathname });

createRoot(document.getElementById("explorer")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: QUERY, defaultHeaders: HEADERS, shouldPersistHeaders: false }),
);
