import "./theme.css";

import { type ComponentChild, render } from "preact";

import { Client } from "../graphql/client";
import { Live } from "../graphql/live";
import { type PageSettings, pageSettings } from "../page";
import { Session } from "../session/session";

/** What a page works with. It is handed to the page's components. */
export interface Page {
  readonly client: Client;
  readonly live: Live;
  readonly session: Session;
  readonly settings: PageSettings;
}

/** Render a page into its `main` root. */
export function startPage(content: (page: Page) => ComponentChild): void {
  const session = Session.fromAddress();
  const page = { client: new Client(session), live: new Live(session), session, settings: pageSettings() };
  render(content(page), document.getElementById("page") as HTMLElement);
}
