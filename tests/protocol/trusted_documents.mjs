// The operations in documents/, with all fragments, by their names; and the manifest that was built of them.
import { readFileSync } from "node:fs";
import { env } from "node:process";

const read = (name) => readFileSync(new URL(`documents/${name}.graphql`, import.meta.url), "utf-8");

export const textOf = (name) => read(name) + read("fragments");
export const manifest = JSON.parse(readFileSync(env.MANIFEST, "utf-8"));
