import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

import { compressed } from "./build/compressed.js";
import { notice } from "./build/notice.js";
import { trustedDocuments } from "./build/trusted_documents.js";

const root = fileURLToPath(new URL("src", import.meta.url));
const pages = readdirSync(root, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.name === "page.html")
  .map((entry) => `${entry.parentPath}/${entry.name}`);

const licences = notice();

export default defineConfig({
  root,
  base: "/",
  oxc: { jsx: { importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("dist", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows no data: addresses of scripts and fonts
    modulePreload: { polyfill: false }, // the polyfill would be an inline script
    rolldownOptions: {
      input: pages,
      onLog: (level, log, report) => log.code !== "MODULE_LEVEL_DIRECTIVE" && report(level, log), // React's, of no use here
    },
    chunkSizeWarningLimit: 5_000, // GraphiQL's editor
    reportCompressedSize: false,
  },
  plugins: [trustedDocuments(), licences.write, compressed()],
  worker: { plugins: () => [licences.collect] },
});
