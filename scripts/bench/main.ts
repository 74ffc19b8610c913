/**
 * Measures the library against its peers: `bench.ts [list] [calls] [bulk] [imports] [sandbox] [size]`, all
 * without a name, `--quick` for smaller inputs, `--rounds=3`. Writes Markdown.
 *
 * @module
 */
import process from "node:process"
import { bulk } from "./bulk.ts"
import { calls } from "./calls.ts"
import { imports, size } from "./imports.ts"
import { list } from "./list.ts"
import type { Part } from "./part.ts"
import { peers } from "./peers.ts"
import { machine, runtime } from "./runtime.ts"
import { sandbox } from "./sandbox.ts"
import { withWorkshop } from "./workshop.ts"

const parts: Readonly<Record<string, Part>> = { list, calls, bulk, imports, sandbox, size }

const args = process.argv.slice(2)
const chosen = args.filter((arg) => !arg.startsWith("--"))
const rounds = Number(args.find((arg) => arg.startsWith("--rounds="))?.slice(9) ?? 3)
const effort = { quick: args.includes("--quick"), rounds }

const isPart = (name: string): boolean => Object.hasOwn(parts, name)
if (!chosen.every(isPart) || !(rounds >= 1 && rounds <= 20)) {
  console.error(`bench.ts [${Object.keys(parts).join("] [")}] [--quick] [--rounds=1 to 20]`)
  process.exit(1)
}

const start = performance.now()
console.log(`## ${runtime}\n\n${machine()}`)
console.log(Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(", "))
await withWorkshop(async (home) => {
  for (const [name, part] of Object.entries(parts)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    console.log(`\n### ${part.title}`)
    for await (const piece of part.run(home, effort)) console.log(`\n${piece}`)
  }
})
console.log(`\nMeasured in ${Math.round((performance.now() - start) / 1_000)} s.`)
