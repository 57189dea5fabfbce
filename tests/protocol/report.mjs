// A reporter for Node's test runner: a line of JSON for each test that has ended, for node.py to read.
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === "test:pass") yield line(data.name, "ok");
    if (type === "test:fail") yield line(data.name, reasonOf(data.details.error));
  }
}

function line(name, said) {
  return `${JSON.stringify({ name, said })}\n`;
}

// The runner wraps what a test threw.
function reasonOf(error) {
  const cause = error.cause ?? error;
  return cause instanceof Error ? cause.stack : String(cause);
}
