// A test of Node's runner that fails by its name when it hangs: sooner than whoever waits for the suite gives up.
import { test as plain } from "node:test";

export function test(name, run) {
  return plain(name, { timeout: 45_000 }, run);
}
