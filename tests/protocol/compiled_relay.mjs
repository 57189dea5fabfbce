// Builds a module as a front end's bundler does: the Relay compiler checks its operations against the schema and writes
// an artifact for each; a `graphql` tag then stands for its artifact (what `babel-plugin-relay` does).
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";

const TAGGED = /graphql`\s*\w+ (\w+)[^`]*`/g;
const PACKAGES = fileURLToPath(new URL("node_modules", import.meta.url));

// `folder` must be empty. With `persisted`, the compiler writes the texts to the file of this name there, and operations
// have only their ids.
export async function compiledRelay(source, { schema, folder, persisted }) {
  const config = { src: "src", schema: "schema.graphql", language: "javascript", artifactDirectory: "artifacts" };
  if (persisted) {
    config.persistConfig = { file: persisted, algorithm: "SHA256" };
    writeFileSync(join(folder, persisted), "{}");
  }
  for (const each of [config.src, config.artifactDirectory]) mkdirSync(join(folder, each));
  symlinkSync(PACKAGES, join(folder, "node_modules"));
  copyFileSync(schema, join(folder, config.schema));
  copyFileSync(source, join(folder, "src", "relay.js"));
  writeFileSync(join(folder, "relay.config.json"), JSON.stringify({ ...config, eagerEsModules: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  execFileSync(execPath, [join(PACKAGES, "relay-compiler", "cli.js")], { cwd: folder });

  const artifacts = [];
  const code = readFileSync(source, "utf-8").replace(TAGGED, (_, name) => {
    artifacts.push(`import ${name} from "./artifacts/${name}.graphql.js";\n`);
    return name;
  });
  const built = join(folder, "relay.js");
  writeFileSync(built, artifacts.join("") + code);
  return import(built);
}
