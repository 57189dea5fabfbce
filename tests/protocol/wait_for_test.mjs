// Waits until the Python test closes stdin: it does so when the gateway reached a state that the suite cannot see.
import { stdin } from "node:process";

export async function waitForTest() {
  for await (const _ of stdin);
}
