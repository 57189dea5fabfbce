import "./explorer.css";

import { useEffect, useRef } from "preact/hooks";

import { Frame } from "../ui/frame";
import { type Page, startPage } from "../ui/start_page";
import { renderExplorer } from "./explorer";
import { TokenBox } from "./token_box";

startPage((page) => (
  <Frame page={page} current="explorer" keepsContent>
    <TokenBox session={page.session} demo={page.settings.demo} />
    <GraphiQLPart page={page} />
  </Frame>
));

/** The part of the page that React renders: GraphiQL is made with it. */
function GraphiQLPart({ page }: { page: Page }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => renderExplorer(element.current as HTMLDivElement, page), [page]);
  return <div ref={element} class="graphiql-part" />;
}
