/**
 * The fault matrix: every operation, every fault, over real sockets. Prints it as Markdown, and exits
 * with 1 if a cell isn't what the rules in `tests/long/faults/rules.ts` say.
 *
 * `faults.ts [part of a fault's name] [--markdown]`; `--markdown` runs it whole, and keeps it in
 * `README.md` beside what the other runtime came to.
 *
 * @module
 */
import { Effect } from "effect"
import { readFile, writeFile } from "node:fs/promises"
import process from "node:process"
import { fileURLToPath } from "node:url"
import type { Result } from "./cell.ts"
import { cells, runAll } from "./matrix.ts"
import { machine } from "../../../scripts/bench/runtime.ts"
import { page } from "./page.ts"
import { grids } from "./table.ts"

const args = process.argv.slice(2)
const isKept = args.includes("--markdown")
const part = args.find((arg) => !arg.startsWith("--"))
if (args.some((arg) => arg.startsWith("--") && arg !== "--markdown") || (isKept && part)) {
  console.error("faults.ts [part of a fault's name] [--markdown]")
  process.exit(1)
}

const chosen = cells(({ name }) => part === undefined || name.includes(part))
const start = performance.now()
const { elsewhere, memory, results, socketsLeft } = await Effect.runPromise(runAll(chosen))
const seconds = Math.round((performance.now() - start) / 1_000)

const described = ({ cell, problems }: Result): string =>
  `- ${cell.operation.name}, ${cell.fault.name} (${cell.strikes}, ${cell.connection}, ${cell.client}): ${
    problems.join("; ")
  }`
const wrong = results.filter(({ problems }) => problems.length > 0)
const problems = [
  ...wrong.map(described),
  ...elsewhere > 0 ? [`- ${elsewhere} connections where only a redirect leads`] : [],
  ...(socketsLeft ?? 0) > 0 ? [`- ${socketsLeft} sockets are left open`] : [],
]

const mebibytes = Math.round(memory / 2 ** 20)
const run = [
  machine(),
  `${results.length} cells, ${wrong.length} wrong`,
  `${seconds} s`,
  ...memory > 0 ? [`at most ${mebibytes} MiB`] : [],
].join("; ")

console.log(grids(results.map(({ cell, observed }) => ({ cell, came: observed }))))
console.log(`\n${run}`)
if (problems.length > 0) {
  console.error(`\n${problems.join("\n")}`)
  process.exit(1)
}
if (isKept) {
  const file = fileURLToPath(new URL("./README.md", import.meta.url))
  const before = await readFile(file, "utf8").catch(() => "")
  await writeFile(file, page(run, before))
  console.log("README.md is written; format it with `deno fmt tests/long/faults/README.md`.")
}
