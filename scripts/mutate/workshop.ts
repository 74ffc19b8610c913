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
import type { Area } from "./areas.ts"

const stryker = "10.1.1"
// The newest: what the suite runs on most, and more than Stryker and vitest ask for.
const node = `node-${nodes.at(-1)}`

const copied = ["deno.json", "mod.ts", "scripts", "src", "tests", "vitest.config.mts"]

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
  readonly area: Area
  /** The files of the area. */
  readonly files: ReadonlyArray<string>
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
    // Endless loops are found by their turns; a busy machine isn't one.
    timeoutMS: 60_000,
    disableTypeChecks: false,
    reporters: ["progress-append-only"],
  }
  const file = `${home}/stryker-${order.area.name}.json`
  await Deno.writeTextFile(file, JSON.stringify(settings))
  const bin = `${home}/node_modules/${node}/bin`
  const { code } = await new Deno.Command(`${bin}/node`, {
    args: [`${home}/node_modules/@stryker-mutator/core/bin/stryker.js`, "run", file],
    cwd: home,
    env: {
      // Not as Stryker's own `testFiles`: with them, 10.1 never switches on what runs only once, while
      // a file is loaded, and counts it as survived.
      MUTATE_TESTS: order.area.tests.join(),
      PATH: `${bin}:${Deno.env.get("PATH") ?? ""}`,
      // Where local time is not UTC, so that one isn't taken for the other.
      TZ: "America/New_York",
      NODE_COMPILE_CACHE: `${home}/node_modules/.compiled`,
    },
    stdin: "null",
  }).spawn().status
  if (code !== 0) throw new Error(`Stryker ended with ${code}`)
}
