/**
 * What bundlers make of the package for a browser.
 *
 * @module
 */
import { type Check, ensure } from "./check.ts"
import { mustRun } from "./command.ts"
import type { Workshop } from "./workshop.ts"

/** What a bundler is asked for: paths of the program and of the bundle. */
interface Order {
  readonly program: string
  readonly outDir: string
}

/** The name of the bundle in `outDir`. */
const bundle = "bundle.mjs"

/** Writes a script for Node that bundles, and runs it. */
const withScript = async (
  { npmConsumer }: Workshop,
  { outDir }: Order,
  script: string,
): Promise<void> => {
  const file = `${outDir}/script.mjs`
  await Deno.writeTextFile(file, script)
  await mustRun("node", [file], { cwd: npmConsumer })
}

type Bundle = (workshop: Workshop, order: Order) => Promise<void>

const bundlers: Readonly<Record<string, Bundle>> = {
  esbuild: async ({ npmConsumer, tool }, { outDir, program }) => {
    const options = ["--bundle", "--format=esm", "--platform=browser"]
    const args = [tool("esbuild", "bin/esbuild"), program, ...options]
    await mustRun("node", [...args, `--outfile=${outDir}/${bundle}`], { cwd: npmConsumer })
  },
  webpack: (workshop, order) =>
    withScript(
      workshop,
      order,
      `import webpack from ${JSON.stringify(workshop.tool("webpack", "lib/index.js"))}
      webpack({
        mode: "production",
        target: "web",
        entry: ${JSON.stringify(order.program)},
        experiments: { outputModule: true },
        output: {
          module: true,
          path: ${JSON.stringify(order.outDir)},
          filename: ${JSON.stringify(bundle)},
        },
      }, (error, stats) => {
        if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString("errors-only"))
      })`,
    ),
  rollup: (workshop, order) =>
    withScript(
      workshop,
      order,
      `import { rollup } from ${JSON.stringify(workshop.tool("rollup", "dist/es/rollup.js"))}
      import resolve from ${
        JSON.stringify(workshop.tool("@rollup/plugin-node-resolve", "dist/es/index.js"))
      }
      const bundled = await rollup({
        input: ${JSON.stringify(order.program)},
        plugins: [resolve({ browser: true })],
        // Node's modules are nowhere in a browser, and for rollup only a warning.
        onwarn: (warning) => {
          if (warning.code === "UNRESOLVED_IMPORT") throw new Error(warning.message)
        },
      })
      await bundled.write({
        dir: ${JSON.stringify(order.outDir)},
        entryFileNames: ${JSON.stringify(bundle)},
      })`,
    ),
  vite: (workshop, order) =>
    withScript(
      workshop,
      order,
      `import { build } from ${JSON.stringify(workshop.tool("vite", "dist/node/index.js"))}
      await build({
        configFile: false,
        build: {
          outDir: ${JSON.stringify(order.outDir)},
          emptyOutDir: false,
          rolldownOptions: {
            input: ${JSON.stringify(order.program)},
            output: { entryFileNames: ${JSON.stringify(bundle)} },
          },
        },
      })`,
    ),
}

const programs = [
  { name: "Targets", file: "one_endpoint.ts" },
  { name: "Sandbox.layerTargets", file: "in_memory.ts" },
]

export const bundles: ReadonlyArray<Check> = Object.entries(bundlers).flatMap(
  ([bundler, make]) =>
    programs.map(({ file, name }): Check => ({
      name: `bundle, ${bundler}, ${name}`,
      run: async (workshop) => {
        const outDir = `${workshop.home}/out/${bundler}-${file}`
        await Deno.mkdir(outDir, { recursive: true })
        // The programs have no syntax of TypeScript's own.
        const program = `${workshop.npmConsumer}/${bundler}-${file.replace(/\.ts$/, ".mjs")}`
        await Deno.copyFile(`${workshop.npmConsumer}/${file}`, program)
        await make(workshop, { program, outDir })
        // Deno without a permission has what a browser has, and no more than it.
        const args = ["run", "--no-lock", "--no-prompt", "--no-config", `${outDir}/${bundle}`]
        if (name === "Targets") return "built"
        const printed = await mustRun(Deno.execPath(), args, { cwd: outDir })
        ensure(printed.trim() === "ok", `The bundle printed: ${printed}`)
        return "runs"
      },
    })),
)
