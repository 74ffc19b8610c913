/**
 * Checks the package in `npm/`, and the sources as JSR would get them.
 *
 *     deno task check:package                  prints a row for each check
 *     deno task check:package bundle size      those with a name that has one of these in it
 *     deno task check:package --update-size    keeps the sizes of today
 *
 * Needs npm, and a package that `build:npm` or `build:npm:tsc` built.
 */
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { root } from "../build/project.ts"
import { bundles } from "./bundles.ts"
import type { Check } from "./check.ts"
import { consumers } from "./consumers.ts"
import { contents } from "./contents.ts"
import { jsr } from "./jsr.ts"
import { permissions } from "./permissions.ts"
import { keepSizes, size } from "./size.ts"
import { open, type Workshop } from "./workshop.ts"

const allChecks: ReadonlyArray<Check> = [
  ...contents,
  ...jsr,
  ...consumers,
  ...permissions,
  ...bundles,
  ...size,
]

interface Result {
  readonly name: string
  readonly failed: boolean
  readonly text: string
  readonly seconds: number
}

const perform = async ({ name, run }: Check, workshop: Workshop): Promise<Result> => {
  const start = performance.now()
  const [failed, text] = await run(workshop).then(
    (found) => [false, found] as const,
    (error: unknown) => [true, error instanceof Error ? error.message : String(error)] as const,
  )
  return { name, failed, text, seconds: (performance.now() - start) / 1000 }
}

/** Performs the checks, as many at a time as there are processors, and prints each in its turn. */
const performAll = async (workshop: Workshop): Promise<ReadonlyArray<Result>> => {
  const queue = checks.entries()
  const results: Array<Promise<Result>> = []
  const widest = Math.max(...checks.map(({ name }) => name.length))
  const worker = async () => {
    for (const [index, check] of queue) await (results[index] = perform(check, workshop))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  const rows = await Promise.all(results)
  for (const { failed, name, seconds, text } of rows) {
    const mark = failed ? "FAILED" : "ok"
    const [line = "", ...rest] = text.split("\n")
    console.log(
      `${mark.padEnd(6)}  ${name.padEnd(widest)}  ${seconds.toFixed(1).padStart(5)} s  ${line}`,
    )
    for (const more of rest) console.log(`        ${more}`)
  }
  return rows
}

const { positionals, values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { "update-size": { type: "boolean" } },
})
const checks = allChecks.filter(({ name }) =>
  positionals.length === 0 || positionals.some((part) => name.includes(part))
)
const start = performance.now()
const home = await Deno.makeTempDir({ prefix: "check-package-" })
try {
  const workshop = await open(home)
  if (values["update-size"] === true) {
    await keepSizes(workshop, new URL("scripts/package/size.json", root))
  } else {
    const failures = (await performAll(workshop)).filter(({ failed }) => failed)
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    console.log(
      failures.length === 0
        ? `\nAll ${checks.length} checks passed in ${seconds} s.`
        : `\n${failures.length} of ${checks.length} checks failed, in ${seconds} s.`,
    )
    if (failures.length > 0) Deno.exitCode = 1
  }
} finally {
  await Deno.remove(home, { recursive: true })
}
