/**
 * Builds the npm package in `npm/`.
 *
 *     deno task build:npm        with dnt, as it is released; dnt comes from JSR
 *     deno task build:npm:tsc    with tsc: the same manifest, layout and finish
 *
 * The emitter is what the command line says and no other: when dnt can't be had, the build fails.
 */
import { parseArgs } from "node:util"
import { finish } from "./finish.ts"
import { project, root } from "./project.ts"

interface Emitter {
  readonly emit: () => Promise<void>
}

// Not a literal in its `import()`: whoever checks or caches this script would need JSR for it.
const dnt = new URL("./emit_dnt.ts", import.meta.url).href

const emitters: ReadonlyMap<string, () => Promise<Emitter>> = new Map([
  ["dnt", (): Promise<Emitter> => import(dnt)],
  ["tsc", (): Promise<Emitter> => import("./emit_tsc.ts")],
])

const { values } = parseArgs({
  args: Deno.args,
  options: { emitter: { type: "string", default: "dnt" } },
})
const load = emitters.get(values.emitter)
if (load === undefined) {
  console.error(`--emitter is one of: ${[...emitters.keys()].join(", ")}`)
  Deno.exit(2)
}

Deno.chdir(root)
console.log(`Building ${project.name}@${project.version} in npm/ with ${values.emitter}.`)
const { emit } = await load()
await Deno.remove("npm", { recursive: true }).catch((error: unknown) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error
})
await Deno.mkdir("npm")
await emit()
await finish()
console.log(`Built with ${values.emitter}.`)
