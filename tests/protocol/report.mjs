// A reporter for Node's test runner: one line of JSON for each finished test, which node.py reads.
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === "test:pass") yield line(data.name, "ok");
    if (type === "test:fail") yield line(data.name, reasonOf(data.details.error));
  }
}

function line(name, outcome) {
  return `${JSON.stringify({ name, outcome })}\n`;
}

// The runner wraps the error that a test threw.
function reasonOf(error) {
  const cause = error.cause ?? error;
  return cause instanceof Error ? cause.stack : String(cause);
}
