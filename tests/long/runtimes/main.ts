/**
 * The same program on every runtime, over real sockets, while a server breaks its connections.
 *
 *     deno task runtimes               all of them, and keeps the results in README.md
 *     deno task runtimes bun node20    these
 *     deno task runtimes --smoke bun   a short run, which keeps nothing
 *
 * Needs npm, and a package that `build:npm` or `build:npm:tsc` built.
 *
 * @module
 */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { checks, smoke } from "./checks.ts"
import { page, type Result, rowOf, summary } from "./page.ts"
import { referee } from "./referee.ts"
import { makeWorkshop, type RuntimeRow, runtimes, type Workshop } from "./runtimes.ts"

const { positionals, values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { smoke: { type: "boolean", default: false } },
})
const unknown = positionals.filter((name) => !runtimes.some((runtime) => runtime.name === name))
if (unknown.length > 0) {
  const names = runtimes.map(({ name }) => name).join(", ")
  console.error(`There is no runtime ${unknown.join(", ")}; there are ${names}.`)
  Deno.exit(2)
}
const chosen = runtimes.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const asked = values.smoke ? smoke : checks

/** Milliseconds that a process has to end after its last call: less than the default timeout. */
const patience = 15_000

const runOn = (row: RuntimeRow, workshop: Workshop): Effect.Effect<Result> =>
  Effect.scoped(Effect.gen(function* () {
    const { isOver, problems, url, verdicts } = yield* referee(row.fetch, asked)
    const start = performance.now()
    const ended = yield* Effect.promise(async () => {
      const [command, ...args] = await row.command(workshop, url)
      const child = new Deno.Command(command, {
        args,
        cwd: workshop.home,
        env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn()
      const output = new Response(child.stderr).text()
      let isLate = false
      let timer: ReturnType<typeof setTimeout> | undefined
      void isOver.then(() => {
        timer = setTimeout(() => {
          isLate = true
          child.kill("SIGKILL")
        }, patience)
      })
      const { code } = await child.status
      clearTimeout(timer)
      if (isLate) return [`it is still running ${patience / 1_000} s after its last call`]
      const text = await output
      return code === 0 && text === "" ? [] : [`it ends with ${code}: ${text.slice(0, 2_000)}`]
    })
    return {
      row,
      verdicts,
      problems: [...ended, ...problems()],
      seconds: Math.round((performance.now() - start) / 1_000),
    }
  }))

const home = await Deno.makeTempDir({ prefix: "runtimes-" })
const results: Array<Result> = []
try {
  const workshop = await makeWorkshop(home, chosen)
  for (const row of chosen) {
    const result = await Effect.runPromise(runOn(row, workshop))
    results.push(result)
    console.log(summary(result))
  }
} finally {
  await Deno.remove(home, { recursive: true })
}

const isWrong = ({ problems, verdicts }: Result) =>
  problems.length > 0 || verdicts.some((verdict) => verdict.problems.length > 0)
if (results.some(isWrong)) Deno.exit(1)
if (!values.smoke) {
  const file = fileURLToPath(new URL("README.md", import.meta.url))
  const before = await Deno.readTextFile(file).catch(() => "")
  await Deno.writeTextFile(file, page(before, results.map(rowOf)))
  console.log("README.md is written; format it with `deno fmt tests/long/runtimes/README.md`.")
}
