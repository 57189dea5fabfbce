/** An example for the editor. `variables` are JSON text. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly role: "PUBLIC" | "LEARNER" | "INSTRUCTOR";
  readonly about: string;
  readonly document: string;
  readonly variables: string;
}

const HEAD = /^# (?<title>.*)\n# Role: (?<role>\w+)\n(?<about>(?:# .*\n)+)/;
const ORDER = ["learner_home", "lesson", "instructor_grid", "live_course", "record_event", "verify_certificate"];
const documents = import.meta.glob<string>("../../examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../../examples/*.json", { query: "?raw", import: "default", eager: true });

/** The examples of the folder `examples`, in the order in which they explain the schema. */
export const examples: readonly Example[] = ORDER.map(readExample);

function readExample(name: string): Example {
  const document = documents[`../../examples/${name}.graphql`] ?? "";
  const head = HEAD.exec(document)?.groups ?? {};
  return {
    name,
    title: head["title"] ?? name,
    role: (head["role"] ?? "PUBLIC") as Example["role"],
    about: (head["about"] ?? "").replace(/^# /gm, "").trim(),
    document: document.trim(),
    variables: variables[`../../examples/${name}.json`]?.trim() ?? "",
  };
}

/** The variables to run an example with now. The ids of the files are those of the demo; elsewhere they are names to replace. */
export function filledVariables(text: string, demo: boolean): string {
  const now = text.replaceAll("{{uuid}}", crypto.randomUUID()).replaceAll("{{now}}", new Date().toISOString());
  return demo ? now : now.replace(/"(course|registration|code|item|itemKey)": "[^"]*"/g, '"$1": "<$1>"');
}
