/**
 * Consumers of the package: each is checked or run the way a user would, with a real call against
 * the sandbox.
 *
 * @module
 */
import { project } from "../build/project.ts"
import { type Check, ensure } from "./check.ts"
import { mustRun, run } from "./command.ts"
import { compilers, nodes } from "./tools.ts"
import type { Workshop } from "./workshop.ts"

/** The module resolutions that see `exports`, and the module format that each goes with. */
const resolutions = [
  { moduleResolution: "bundler", module: "ESNext" },
  { moduleResolution: "nodenext", module: "NodeNext" },
] as const

type Resolution = typeof resolutions[number]

/** As strict as a consumer can be: every declaration file is checked, and there are no Node types. */
const compile = (
  { home, npmConsumer, tool }: Workshop,
  compiler: string,
  resolution: Resolution,
  outDir = `${home}/out/${compiler}-${resolution.moduleResolution}`,
): Promise<string> =>
  mustRun("node", [
    tool(`typescript-${compiler}`, "bin/tsc"),
    ...Object.entries({
      ...resolution,
      outDir,
      target: "ES2022",
      lib: "ES2022,DOM,DOM.Iterable,DOM.AsyncIterable",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    }).flatMap(([name, value]) => [`--${name}`, String(value)]),
    "program.ts",
  ], { cwd: npmConsumer })

const compiled: ReadonlyArray<Check> = compilers.flatMap((compiler) =>
  resolutions.map((resolution): Check => ({
    name: `TypeScript ${compiler}, ${resolution.moduleResolution}`,
    run: async (workshop) => {
      await compile(workshop, compiler, resolution)
      return "type-checks, declarations of libraries included"
    },
  }))
)

const greeting = "in process and over HTTP: ok"

const succeeds = (stdout: string): string => {
  ensure(stdout.trim() === greeting, `The program printed: ${stdout}`)
  return greeting
}

const requires = `
const { Targets } = require("${project.name}")
const { Sandbox } = require("${project.name}/sandbox")
for (const made of [Targets.layerFetch, Sandbox.serve]) {
  if (typeof made !== "function") throw new Error("not a function")
}
`

/** The program as JavaScript, compiled once for every Node. */
const javaScript = (() => {
  const dir = "js"
  let emitted: Promise<string> | undefined
  return async (workshop: Workshop): Promise<string> => {
    emitted ??= compile(workshop, project.typescript, resolutions[1], dir)
    await emitted
    return `${dir}/program.js`
  }
})()

const onNode: ReadonlyArray<Check> = nodes.map((version) => ({
  name: `Node ${version}`,
  run: async (workshop) => {
    const node = workshop.node(version)
    const place = { cwd: workshop.npmConsumer }
    succeeds(await mustRun(node, [await javaScript(workshop)], place))
    await mustRun(node, ["--input-type=commonjs", "--eval", requires], place)
    return `import: ${greeting}; require: ok`
  },
}))

/** Deno, with no more than it needs. */
const deno = (...args: ReadonlyArray<string>): ReadonlyArray<string> => [
  "run",
  "--no-lock",
  "--no-prompt",
  ...args,
]

const onDeno: ReadonlyArray<Check> = [
  {
    name: `Deno ${Deno.version.deno}, as an npm package`,
    run: async ({ npmConsumer }) =>
      succeeds(
        await mustRun(
          Deno.execPath(),
          deno("--check", "--node-modules-dir=manual", "--allow-net=127.0.0.1", "program.ts"),
          { cwd: npmConsumer },
        ),
      ),
  },
  {
    name: `Deno ${Deno.version.deno}, as jsr:${project.name}`,
    run: async ({ jsrConsumer }) =>
      succeeds(
        await mustRun(Deno.execPath(), deno("--check", "--allow-net=127.0.0.1", "program.ts"), {
          cwd: jsrConsumer,
        }),
      ),
  },
]

/** Versions of Effect that the package doesn't work with. */
const incompatible = ["4.0.6", "3.22.4"]

const withPeers: ReadonlyArray<Check> = incompatible.map((effect) => ({
  name: `npm, beside effect ${effect}`,
  run: async ({ home, tarball }) => {
    const cwd = `${home}/effect-${effect}`
    await Deno.mkdir(cwd)
    await Deno.writeTextFile(`${cwd}/package.json`, `{ "private": true }`)
    const args = ["install", "--dry-run", "--no-audit", tarball, `effect@${effect}`]
    const { code, output } = await run("npm", args, { cwd })
    ensure(code !== 0 && output.includes("ERESOLVE"), `npm install ended with ${code}:\n${output}`)
    return "refused: ERESOLVE"
  },
}))

export const consumers: ReadonlyArray<Check> = [...compiled, ...onNode, ...onDeno, ...withPeers]
