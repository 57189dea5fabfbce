/** @jsxImportSource react */
import "graphiql/style.css";

import "./editor_workers";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import type { Page } from "../ui/start_page";
import { EventList } from "./event_list";
import { eventsPlugin } from "./events_panel";
import { examples } from "./examples";
import { examplesPlugin } from "./examples_panel";
import { fetcherOf } from "./fetcher";
import { planPlugin } from "./plan_panel";
import { SchemaRefresh } from "./schema_refresh";
import { SystemTheme } from "./system_theme";
import { Traces } from "./traces";

/** Render GraphiQL with the panels of examples, plan and events. Returns what removes it. */
export function renderExplorer(element: HTMLElement, page: Page): () => void {
  const events = new EventList();
  const traces = new Traces();
  const plugins = [examplesPlugin(page.settings), planPlugin(traces), eventsPlugin(events), HISTORY_PLUGIN];
  const fetcher = fetcherOf(page.session, traces, events);
  const root = createRoot(element);
  root.render(
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      visiblePlugin={plugins[0] as (typeof plugins)[number]}
      initialQuery={examples[0]?.document ?? ""}
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <SchemaRefresh session={page.session} />
        <SystemTheme />
      </GraphiQL.Logo>
    </GraphiQL>,
  );
  return () => root.unmount();
}
