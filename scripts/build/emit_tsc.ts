/**
 * Emits the package with TypeScript's own compiler: for CI, and wherever dnt can't be had.
 *
 * @module
 */
import { project } from "./project.ts"

const { lib, ...checks } = project.compilerOptions

/** As dnt sets them, so that both emit the same, with the checks of `deno.json` on top. */
const options = {
  ...checks,
  // What is emitted runs on Node and in browsers: a use of `Deno` is an error here.
  lib: lib.filter((name) => !name.startsWith("deno.")).join(","),
  target: "ES2022",
  module: "ESNext",
  moduleResolution: "bundler",
  types: "node",
  rootDir: ".",
  outDir: "npm/esm",
  declaration: true,
  stripInternal: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  noEmitOnError: true,
  newLine: "lf",
}

/** Writes `npm/esm`. */
export const emit = async (): Promise<void> => {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `npm:typescript@${project.typescript}/tsc`,
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...project.entryPoints.map(({ path }) => path),
    ],
  }).spawn().status
  if (code !== 0) throw new Error("tsc found errors; nothing was emitted.")
}
