/** @jsxImportSource react */
import "graphiql/style.css";
import "graphiql/setup-workers/vite";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

const fetcher = createGraphiQLFetcher({ url: "/graphql" });
createRoot(document.getElementById("page") as HTMLElement).render(<GraphiQL fetcher={fetcher} />);
