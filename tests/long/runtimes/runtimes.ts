/**
 * The runtimes, a row each, and how the program gets to run there.
 *
 * @module
 */
import { fileURLToPath } from "node:url"
import { oldestNode } from "../../../scripts/build/manifest.ts"
import { project, root } from "../../../scripts/build/project.ts"
import { mustRun } from "../../../scripts/package/command.ts"
import { tools } from "../../../scripts/package/tools.ts"
import type { Runtime } from "../faults/faults.ts"

const miniflare = "4.20260730.0"

/** A directory with the package as npm installs it, and the program, bundled. */
export interface Workshop {
  readonly home: string
}

/** A command: the program, and its arguments. */
export type Command = readonly [string, ...ReadonlyArray<string>]

export interface RuntimeRow {
  /** What the command line calls it. */
  readonly name: string
  /** What the page calls it. */
  readonly title: string
  /** Whose `fetch` it has. */
  readonly fetch: Runtime
  /** What runs there of this project. */
  readonly runs: "the npm package" | "the source"
  /** Starts the program, which asks the referee for what to do. */
  readonly command: (workshop: Workshop, referee: string) => Promise<Command>
}

/** The executable that npx has of a package: a process under npx couldn't be ended. */
const executable = async (
  { home }: Workshop,
  packageName: string,
  command: string,
): Promise<string> =>
  (await mustRun(
    "npx",
    ["-y", "-p", packageName, "--", command, "-e", "console.log(process.execPath)"],
    { cwd: home },
  )).trim()

const ofNpm = (
  name: string,
  title: string,
  fetch: "Node" | "Bun",
  packageName: string,
): RuntimeRow => ({
  name,
  title,
  fetch,
  runs: "the npm package",
  command: async (workshop, referee) => [
    await executable(workshop, packageName, fetch.toLowerCase()),
    `${workshop.home}/process.mjs`,
    referee,
  ],
})

const node = (version: string): RuntimeRow =>
  ofNpm(`node${version.split(".")[0]}`, `Node ${version}`, "Node", `node@${version}`)

const bun = "1.4.5"
const nodeOfHost = "24.21.0"

/** A Worker under its compatibility date, which decides what its `fetch` takes. */
const worker = (name: string, date: string): RuntimeRow => ({
  name,
  title: `workerd (miniflare ${miniflare}), compatibility date ${date}`,
  fetch: "workerd",
  runs: "the npm package",
  command: async (workshop, referee) => [
    await executable(workshop, `node@${nodeOfHost}`, "node"),
    `${workshop.home}/host.mjs`,
    referee,
    date,
  ],
})

export const runtimes: ReadonlyArray<RuntimeRow> = [
  node(oldestNode),
  node(nodeOfHost),
  node("26.10.0"),
  ofNpm("bun", `Bun ${bun}`, "Bun", `bun@${bun}`),
  {
    name: "deno",
    title: `Deno ${Deno.version.deno}`,
    fetch: "Deno",
    runs: "the source",
    command: (_, referee) =>
      Promise.resolve([
        Deno.execPath(),
        "run",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        `--config=${fileURLToPath(new URL("deno.json", root))}`,
        fileURLToPath(new URL("process.ts", import.meta.url)),
        referee,
      ]),
  },
  worker("workerd", "2026-07-30"),
  // Before 2024-11-11, its fetch throws at the option `cache`.
  worker("workerd2023", "2023-07-01"),
]

/** Runs the bundled Worker: several requests, and then two that share a layer with a silent server. */
const host = `
import { Miniflare } from "miniflare"
import { createServer } from "node:http"
import process from "node:process"

const [referee, compatibilityDate] = process.argv.slice(2)
const miniflare = new Miniflare({
  modules: true,
  scriptPath: new URL("worker.mjs", import.meta.url).pathname,
  compatibilityDate,
})
const ask = async (path, parameters) => {
  const url = "http://worker" + path + "?" + new URLSearchParams(parameters)
  const response = await miniflare.dispatchFetch(url)
  if (!response.ok) throw new Error(await response.text())
  return await response.text()
}
await Promise.all(Array.from({ length: 16 }, () => ask("/", { referee })))

let isSilent = true
const server = createServer((_, response) => {
  if (isSilent) return
  response.setHeader("content-type", "application/json")
  response.end('{"id":"000J0E00","fields":{}}')
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const get = () => ask("/get", { key: "key", url: "http://127.0.0.1:" + server.address().port })
const found = [await get(), await get()]
isSilent = false
found.push(await get())
const expected = ["TransportError/Timeout", "TransportError/Timeout", "value"]
if (found.join() !== expected.join()) {
  console.error("a layer that two requests share: " + found.join())
  process.exitCode = 1
}
await miniflare.dispose()
server.close()
server.closeAllConnections()
`

const bundled = (file: string, out: string, ...more: ReadonlyArray<string>) => [
  "esbuild",
  file,
  "--bundle",
  "--format=esm",
  "--log-level=warning",
  `--outfile=${out}`,
  ...more,
]

/** Packs the package in `npm/`, and installs it where the program is. */
export const makeWorkshop = async (
  home: string,
  chosen: ReadonlyArray<RuntimeRow>,
): Promise<Workshop> => {
  const isWorker = chosen.some(({ fetch }) => fetch === "workerd")
  const packed = await mustRun("npm", ["pack", "--pack-destination", home], {
    cwd: fileURLToPath(new URL("npm", root)),
  })
  const dependencies = {
    [project.name]: `file:${home}/${packed.trim().split("\n").at(-1)}`,
    effect: project.effect,
    esbuild: tools.esbuild,
    ...isWorker ? { miniflare } : {},
  }
  await Deno.writeTextFile(
    `${home}/package.json`,
    JSON.stringify({ private: true, type: "module", dependencies }),
  )
  await mustRun("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: home })
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const bundle = (...args: Parameters<typeof bundled>) =>
    mustRun("npx", bundled(...args), { cwd: home })
  await bundle(here("process.ts"), "process.mjs", "--platform=node", "--packages=external")
  if (isWorker) {
    // In two steps, so that the package and Effect are those of this directory.
    await bundle(here("worker.ts"), "worker_only.mjs", "--packages=external")
    await bundle("worker_only.mjs", "worker.mjs")
    await Deno.writeTextFile(`${home}/host.mjs`, host)
  }
  return { home }
}
