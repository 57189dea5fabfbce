// Writes the types of all documents, by the schema: src/documents.ts and src/document_modules.d.ts. Git ignores both.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { Kind, buildSchema, parse } from "graphql";

const here = new URL("..", import.meta.url);
const schema = parse(readFileSync(new URL("../../schema.graphql", here), "utf-8"));
const files = readdirSync(new URL("documents", here)).sort();
const documents = files.map((name) => ({
  location: name,
  document: parse(readFileSync(new URL(`documents/${name}`, here), "utf-8")),
}));
const scalars = { BigInt: "string", Date: "string", DateTime: "string", JSON: "unknown", UUID: "string" };
const config = { scalars, enumType: "string-literal", immutableTypes: true, avoidOptionals: { field: true }, skipTypename: true };
const types = await codegen({
  filename: "documents.ts",
  schema,
  schemaAst: buildSchema(readFileSync(new URL("../../schema.graphql", here), "utf-8")),
  documents,
  config,
  plugins: [{ operations: {} }],
  pluginMap: { operations },
});
const modules = documents.map(({ location, document }) => {
  const { name, operation } = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const type = `${name.value}${operation[0].toUpperCase()}${operation.slice(1)}`;
  return `declare module "*/${location}" {
  const operation: import("./graphql/operation").Operation<
    import("./documents").${type},
    import("./documents").${type}Variables
  >;
  export default operation;
}`;
});
const notice = "// Written by `npm run types`, from the schema and documents/.";
writeFileSync(new URL("src/documents.ts", here), `${notice}\n${types.trim()}\n`);
writeFileSync(new URL("src/document_modules.d.ts", here), `${notice}\n${modules.join("\n\n")}\n`);
