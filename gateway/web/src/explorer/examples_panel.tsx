/** @jsxImportSource react */
import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { Kind, parse } from "graphql";

import type { PageSettings } from "../page";
import { strings } from "../strings";
import { type Example, examples, filledVariables } from "./examples";

const text = strings.explorer;
const ROLES = ["LEARNER", "INSTRUCTOR", "PUBLIC"] as const;

/** The panel of examples, by role. One click opens an example in a tab of its own. */
export function examplesPlugin(settings: PageSettings): GraphiQLPlugin {
  return { title: text.examples, icon: Icon, content: () => <Examples demo={settings.demo} /> };
}

function Examples({ demo }: { demo: boolean }) {
  const { addTab, setOperationFacts } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));
  const open = (example: Example) => {
    if (!queryEditor || !variableEditor) return;
    if (queryEditor.getValue().trim() !== example.document) addTab();
    queryEditor.setValue(example.document);
    variableEditor.setValue(filledVariables(example.variables, demo));
    setOperationFacts(factsOf(example)); // the editor parses with a delay, and it may be run at once
    queryEditor.focus();
  };
  return (
    <section className="panel" aria-label={text.examples}>
      <h2>{text.examples}</h2>
      <p>{demo ? text.examplesOfDemo : text.examplesElsewhere}</p>
      {ROLES.map((role) => (
        <div key={role}>
          <h3>{text.examplesFor[role]}</h3>
          <ul>
            {examples
              .filter((example) => example.role === role)
              .map((example) => (
                <li key={example.name}>
                  <button type="button" data-example={example.name} disabled={!queryEditor || !variableEditor} onClick={() => open(example)}>
                    {example.title}
                  </button>
                  <p>{example.about}</p>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function factsOf({ document }: Example) {
  const documentAST = parse(document);
  const operations = documentAST.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return { documentAST, operations, operationName: operations[0]?.name?.value ?? "" };
}

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.3" aria-hidden="true">
      <path d="M3 2.5h7l3 3v8H3zM5.5 7h5M5.5 9.5h5M5.5 12h3" />
    </svg>
  );
}
