/**
 * How large a program is that calls one endpoint, and how much of it is ours.
 *
 * @module
 */
import { gzipSync } from "node:zlib"
import kept from "./size.json" with { type: "json" }
import { type Check, ensure } from "./check.ts"
import { mustRun } from "./command.ts"
import type { Workshop } from "./workshop.ts"

/** Bytes, minified and gzipped: of the whole bundle, and of what it holds of this package, alone. */
export interface Size {
  readonly total: number
  readonly own: number
}

const gzipped = (code: string): number => gzipSync(code, { level: 9 }).byteLength

const ours = "node_modules/@effect-np6/"

const withEsbuild = async ({ npmConsumer, tool }: Workshop, program: string): Promise<Size> => {
  const esbuild = (...args: ReadonlyArray<string>): Promise<string> =>
    mustRun("node", [tool("esbuild", "bin/esbuild"), ...args], { cwd: npmConsumer })
  const bundle = (...args: ReadonlyArray<string>): Promise<string> =>
    esbuild(
      program,
      "--bundle",
      "--format=esm",
      "--platform=browser",
      "--target=es2022",
      "--legal-comments=none",
      ...args,
    )
  // With its white space, a bundle has a comment with the name of the file before each module.
  const modules = await bundle("--minify-identifiers", "--minify-syntax")
  const own = modules.split(/^\/\/ (?=\S+\.[jt]s$)/m).filter((module) => module.startsWith(ours))
    .map((module) => module.slice(module.indexOf("\n")))
  const file = `${npmConsumer}/own-of-${program}.mjs`
  await Deno.writeTextFile(file, own.join(""))
  return {
    total: gzipped(await bundle("--minify")),
    own: gzipped(await esbuild(file, "--minify-whitespace", "--target=es2022")),
  }
}

const withRolldown = async (
  { home, npmConsumer, tool }: Workshop,
  program: string,
): Promise<Size> => {
  const bundle = async (
    name: string,
    codeSplitting: string,
  ): Promise<ReadonlyMap<string, string>> => {
    const dir = `${home}/out/${name}-${program}`
    const config = `${dir}.config.mjs`
    await Deno.mkdir(dir, { recursive: true })
    await Deno.writeTextFile(
      config,
      `export default {
        input: ${JSON.stringify(program)},
        platform: "browser",
        preserveEntrySignatures: false,
        output: {
          dir: ${JSON.stringify(dir)},
          format: "esm",
          minify: true,
          entryFileNames: "[name].js",
          chunkFileNames: "[name].js",
          codeSplitting: ${codeSplitting},
        },
      }`,
    )
    await mustRun("node", [tool("rolldown", "bin/cli.mjs"), "--config", config], {
      cwd: npmConsumer,
    })
    const chunks = new Map<string, string>()
    for await (const { name } of Deno.readDir(dir)) {
      chunks.set(name, await Deno.readTextFile(`${dir}/${name}`))
    }
    return chunks
  }
  const whole = await bundle("whole", "false")
  // The same program, cut where our modules end: what a chunk says of the others is a few names.
  const chunks = await bundle(
    "cut",
    `{
      includeDependenciesRecursively: false,
      groups: [{ name: "own", test: /node_modules.@effect-np6/ }, { name: "other", test: /node_modules/ }],
    }`,
  )
  return {
    total: gzipped([...whole.values()].join("")),
    own: gzipped(chunks.get("own.js") ?? ""),
  }
}

/** The bundlers. */
const bundlers = { esbuild: withEsbuild, rolldown: withRolldown }

/** How much larger than the kept figure a bundle may be: bundlers' patches make some noise. */
const tolerance = 1.03

const inKilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`

const compare = (what: string, size: number, before: number, most: number): string => {
  const found = `${what} ${inKilobytes(size)} (kept ${inKilobytes(before)}, aim ${
    inKilobytes(most)
  })`
  ensure(
    size <= Math.max(before * tolerance, before <= most ? 0 : before),
    `${found}: larger than before. If it has to be: deno task check:package --update-size`,
  )
  // Once an aim is met, it is kept to.
  ensure(before > most || size <= most, `${found}: larger than it may be.`)
  return found
}

const names = ["esbuild", "rolldown"] as const
const program = "one_endpoint.ts"

/** Keeps the sizes of today in a file. */
export const keepSizes = async (workshop: Workshop, file: URL): Promise<void> => {
  const sizes: Partial<Record<typeof names[number], Size>> = {}
  for (const name of names) sizes[name] = await bundlers[name](workshop, program)
  const text = JSON.stringify({ ...kept, ...sizes }, undefined, 2) + "\n"
  await Deno.writeTextFile(file, text)
  console.log(text)
}

export const size: ReadonlyArray<Check> = names.map((name) => ({
  name: `size, ${name}`,
  run: async (workshop) => {
    const { own, total } = await bundlers[name](workshop, program)
    const unused = await bundlers[name](workshop, "unused.ts")
    ensure(unused.total < 100, `A bundle that uses nothing has ${unused.total} bytes.`)
    return [
      compare("total", total, kept[name].total, kept.aim.total),
      compare("own", own, kept[name].own, kept.aim.own),
      "unused 0",
    ].join("; ")
  },
}))
