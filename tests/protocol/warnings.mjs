// Collects what the clients say on the console, where a developer would read it.
import { format } from "node:util";

let warnings = [];
for (const level of ["warn", "error"]) console[level] = (...said) => warnings.push(format(...said));

// The warnings and errors since the last call.
export function takeWarnings() {
  const taken = warnings;
  warnings = [];
  return taken;
}
