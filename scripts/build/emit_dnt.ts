/**
 * Emits the package with dnt, which releases are made with.
 *
 * Only this module needs JSR, and `main.ts` loads it only when dnt is the emitter. Leave it out of
 * `deno check` where JSR can't be reached.
 *
 * @module
 */
// Not among the imports of deno.json, where every other command would meet it. The version is exact,
// because no lock file has it; below 0.43, dnt polyfills what every supported runtime has.
// deno-lint-ignore no-import-prefix
import { build } from "jsr:@deno/dnt@0.43.2"
import { manifest } from "./manifest.ts"
import { locked, project } from "./project.ts"

/** Writes `npm/esm`, among other things that `finish` clears away. */
export const emit = async (): Promise<void> => {
  await build({
    entryPoints: [...project.entryPoints],
    outDir: "./npm",
    // What dnt installs to check types with. The manifest of the package is written afterwards.
    package: {
      ...manifest,
      // The versions that everything else was tested with; dnt would take the newest of each range.
      dependencies: Object.fromEntries(
        Object.keys(manifest.peerDependencies).map((name) => [name, locked(name)]),
      ),
      peerDependencies: {},
      // Without them, types that are inferred from Node's modules become `any` in silence.
      devDependencies: { "@types/node": locked("@types/node") },
    },
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022", "DOM", "DOM.Iterable"],
      stripInternal: true,
    },
    scriptModule: false,
    declaration: "inline",
    declarationMap: false,
    skipSourceOutput: true,
    shims: {},
    // They would be a side effect of the main module. The sources keep to ES2022 instead.
    polyfills: false,
    typeCheck: "single",
    test: false,
  })
}
