// A test with a timeout that is shorter than that of the suite, so that a test that hangs fails by its name.
import { test as plain } from "node:test";

export function test(name, run) {
  return plain(name, { timeout: 45_000 }, run);
}
