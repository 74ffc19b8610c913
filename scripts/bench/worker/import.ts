/**
 * Imports modules and tells how long it took: `import.js <specifier>…`.
 *
 * @module
 */
import process from "node:process"
import { report } from "./figures.ts"

const start = performance.now()
for (const specifier of process.argv.slice(2)) await import(specifier)
report({ millis: performance.now() - start })
