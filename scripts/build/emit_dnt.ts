/**
 * Emits the package with dnt, which releases are made with.
 *
 * Only this module needs JSR, and `build_npm.ts` loads it only when dnt is the emitter. Leave it out
 * of `deno check` where JSR can't be reached.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix -- not among the imports of deno.json, where every other command would meet it
import { build } from "jsr:@deno/dnt@^0.43.2"
import { manifest } from "./manifest.ts"
import { project } from "./project.ts"

/** Writes `npm/esm`, among other things that `finish` clears away. */
export const emit = async (): Promise<void> => {
  await build({
    entryPoints: [...project.entryPoints],
    outDir: "./npm",
    // dnt installs the peer from it; what dnt makes of it is replaced in the end.
    package: manifest,
    compilerOptions: { target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"] },
    scriptModule: false,
    declaration: "inline",
    declarationMap: false,
    skipSourceOutput: true,
    shims: {},
    // They would be a side effect of the main module. The sources keep to ES2022 instead.
    polyfills: false,
    // Types are checked with our own options, by Deno and by tsc: dnt's compiler lacks some of them.
    typeCheck: false,
    test: false,
  })
}
