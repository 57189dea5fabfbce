// Writes each text file of the output a second and a third time, compressed, so that the gateway need not compress it.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = /\.(js|css|svg|json)$/;
const SMALLEST = 1_024;

/** A Vite plugin: `x.js` gets `x.js.br` and `x.js.gz`. */
export function compressed() {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
        const path = `${entry.parentPath}/${entry.name}`;
        if (!entry.isFile() || !TEXT.test(path)) continue;
        const bytes = readFileSync(path);
        if (bytes.length < SMALLEST) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
