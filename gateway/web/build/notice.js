// Writes NOTICE.txt: the licences of all packages whose code is in the pages, which must come with their copies.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname } from "node:path";

const TEXTS = /^(licen[cs]e|copying|notice|thirdpartynotices)(\.(md|txt))?$/i;
const HEAD = "The pages of the gateway contain code of these packages.";

/** Two Vite plugins, which share what they find: one for the pages, and one for the workers, which Vite builds apart. */
export function notice() {
  const folders = new Set();
  const collect = {
    name: "notice-collect",
    generateBundle() {
      for (const id of this.getModuleIds()) {
        const folder = folderOf(id.replace(/^\0/, "").replace(/\?.*/, ""));
        if (folder !== null) folders.add(folder);
      }
    },
  };
  const write = {
    name: "notice",
    apply: "build",
    generateBundle() {
      collect.generateBundle.call(this);
      const parts = [...folders].map(partOf).sort();
      this.emitFile({ type: "asset", fileName: "NOTICE.txt", source: `${[HEAD, ...new Set(parts)].join("\n\n")}\n` });
    },
  };
  return { collect, write };
}

/** The folder of the package that a module belongs to, null for one of our own. */
function folderOf(id) {
  if (!id.includes("/node_modules/")) return null;
  let folder = dirname(id);
  // Folders within a package may have a package.json without a name.
  while (!existsSync(`${folder}/package.json`) || !manifestOf(folder).version) folder = dirname(folder);
  return folder;
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(`${folder}/package.json`, "utf-8"));
}

function partOf(folder) {
  const { name, version, license } = manifestOf(folder);
  const texts = readdirSync(folder)
    .filter((file) => TEXTS.test(file))
    .map((file) => readFileSync(`${folder}/${file}`, "utf-8").replaceAll("\r\n", "\n").trim());
  return [`${"=".repeat(80)}\n${name} ${version} (${license})`, ...texts].join("\n\n");
}
