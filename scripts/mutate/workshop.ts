/**
 * A temporary directory with a copy of the project, and Stryker, which needs a package.json.
 *
 * @module
 */
import { fileURLToPath } from "node:url"
import config from "../../deno.json" with { type: "json" }
import { root } from "../build/project.ts"
import { mustRun } from "../package/command.ts"
import { nodes, tools } from "../package/tools.ts"

const stryker = "10.1.1"
// The newest of the supported lines; Stryker and vitest need 22.12 or later.
const node = `node-${nodes.at(-1)}`

const copied = ["deno.json", "mod.ts", "examples", "scripts", "src", "tests", "vitest.config.mts"]

/** The project's own dependencies: `npm:effect@^4.1.0` without `npm:effect@`. */
const dependencies = Object.fromEntries(
  Object.entries(config.imports)
    .filter(([name]) => !name.endsWith("/"))
    .map(([name, specifier]) => [name, specifier.slice(specifier.lastIndexOf("@") + 1)]),
)

/** Makes the directory, lends it, and removes it. */
export const withWorkshop = async (use: (home: string) => Promise<void>): Promise<void> => {
  const home = await Deno.makeTempDir({ prefix: "targets-mutate-" })
  try {
    await mustRun("cp", ["-r", ...copied, home], { cwd: fileURLToPath(root) })
    const manifest = {
      private: true,
      type: "module",
      dependencies: {
        ...dependencies,
        "@stryker-mutator/core": stryker,
        "@stryker-mutator/vitest-runner": stryker,
        [node]: tools[node],
      },
    }
    await Deno.writeTextFile(`${home}/package.json`, JSON.stringify(manifest))
    const how = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    await mustRun("npm", ["install", ...how], { cwd: home })
    await use(home)
  } finally {
    await Deno.remove(home, { recursive: true })
  }
}

/** What is mutated, and how. */
export interface Order {
  /** The name of the area. */
  readonly name: string
  /** The files of the source. */
  readonly files: ReadonlyArray<string>
  /** The files of the tests. */
  readonly tests: ReadonlyArray<string>
  readonly concurrency: number
  /** The file of the results: those that still hold aren't made again. */
  readonly results: string
}

/** Lets Stryker break the files, a mutant at a time. */
export const mutate = async (home: string, order: Order): Promise<void> => {
  const settings = {
    plugins: ["@stryker-mutator/vitest-runner"],
    testRunner: "vitest",
    coverageAnalysis: "perTest",
    vitest: { configFile: "scripts/mutate/vitest.config.mts", related: false },
    mutate: order.files,
    concurrency: order.concurrency,
    incremental: true,
    incrementalFile: order.results,
    // Stryker finds endless loops by counting turns; a busy machine must not look like one.
    timeoutMS: 60_000,
    disableTypeChecks: false,
    reporters: ["progress-append-only"],
  }
  const file = `${home}/stryker-${order.name}.json`
  await Deno.writeTextFile(file, JSON.stringify(settings))
  const bin = `${home}/node_modules/${node}/bin`
  const { code } = await new Deno.Command(`${bin}/node`, {
    args: [`${home}/node_modules/@stryker-mutator/core/bin/stryker.js`, "run", file],
    cwd: home,
    env: {
      // Not as Stryker's own `testFiles`: with them, 10.1 never activates mutants in code that runs only
      // while a file is loaded, and counts them as survived.
      MUTATE_TESTS: order.tests.join(),
      PATH: `${bin}:${Deno.env.get("PATH") ?? ""}`,
      // Local time differs from UTC here, so that a test notices when one is taken for the other.
      TZ: "America/New_York",
      NODE_COMPILE_CACHE: `${home}/node_modules/.compiled`,
    },
    stdin: "null",
  }).spawn().status
  if (code !== 0) throw new Error(`Stryker ended with ${code}`)
}
