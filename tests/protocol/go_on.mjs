// The test that started a suite has it wait here: until the gateway has come to what the suite cannot see.
import { stdin } from "node:process";

export async function goOn() {
  for await (const _ of stdin);
}
