/**
 * Breaks the source in small ways, a mutant at a time, and checks whether the tests notice.
 *
 *     deno task mutate                             all areas
 *     deno task mutate messages paths              some of them
 *     deno task mutate --files=src/http/scrub.ts   the files that match, in their areas
 *     deno task mutate --concurrency=2             so many mutants at a time
 *     deno task mutate --fresh                     forgets what earlier runs found
 *     deno task mutate --report                    reads what earlier runs found, runs nothing
 *
 * Results are kept in `mutation/`. A run repeats only what the source or the tests have changed.
 * Prints Markdown. Needs npm.
 *
 * @module
 */
import { matchesGlob } from "node:path"
import { parseArgs } from "node:util"
import { fileURLToPath } from "node:url"
import { root } from "../build/project.ts"
import { type Area, areas, tooSlow, wantedOfAll } from "./areas.ts"
import { type Report, type Result, resultOf, scoreOf, sumOf, withoutStale } from "./results.ts"
import { mutate, withWorkshop } from "./workshop.ts"

const here = fileURLToPath(root)
const kept = `${here}mutation`
const resultsOf = ({ name }: Area): string => `${kept}/${name}.json`

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    concurrency: { type: "string", default: "1" },
    files: { type: "string", multiple: true, default: [] },
    fresh: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
})

const filesIn = async (dir: string): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for await (const { name, isDirectory } of Deno.readDir(`${here}${dir}`)) {
    found.push(...isDirectory ? await filesIn(`${dir}/${name}`) : [`${dir}/${name}`])
  }
  return found
}

const isAny = (globs: ReadonlyArray<string>) => (path: string): boolean =>
  globs.some((glob) => matchesGlob(path, glob))

const files = await filesIn("src")
const tests = (await filesIn("tests")).filter((path) => path.endsWith(".test.ts"))
const areaOf = (file: string): Area | undefined => areas.find(({ source }) => isAny(source)(file))
const homeless = files.filter((file) => areaOf(file) === undefined)
const unknown = positionals.filter((name) => !areas.some((area) => area.name === name))
if (homeless.length > 0 || unknown.length > 0) {
  console.error(
    unknown.length > 0
      ? `no such area: ${unknown.join(", ")}. There are ${areas.map(({ name }) => name).join(", ")}`
      : `in no area of scripts/mutate/areas.ts: ${homeless.join(", ")}`,
  )
  Deno.exit(1)
}

const isWanted = values.files.length > 0 ? isAny(values.files) : () => true
const orders = areas
  .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  .map((area) => ({
    name: area.name,
    files: files.filter((file) => areaOf(file) === area && isWanted(file)),
    tests: tests.filter((path) => isAny(area.tests)(path) && !isAny(tooSlow)(path)),
    concurrency: Number(values.concurrency),
    results: resultsOf(area),
  }))
  .filter((order) => order.files.length > 0)

const read = async (path: string): Promise<Report | undefined> => {
  try {
    return JSON.parse(await Deno.readTextFile(path))
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined
    throw error
  }
}

const titles = `
| area | killed | timeout | survived | not covered | excluded | score | wanted |
| ---- | -----: | ------: | -------: | ----------: | -------: | ----: | -----: |`

const rowOf = (name: string, wanted: number, result: Result): string => {
  const score = scoreOf(result)
  const percent = `${score.toFixed(1)} %`
  const { killed, timeout, survived, notCovered, excluded } = result
  const cells = [
    ...[name, killed, timeout, survived, notCovered, excluded],
    score < wanted ? `**${percent}**` : percent,
    `${wanted} %`,
  ]
  return `| ${cells.join(" | ")} |`
}

/** Prints what is known of all areas, and writes down the survivors. */
const report = async (): Promise<void> => {
  console.log(titles)
  const results: Array<Result> = []
  for (const area of areas) {
    const found = await read(resultsOf(area))
    if (found === undefined) continue
    const result = resultOf(found)
    console.log(rowOf(area.name, area.wanted, result))
    results.push(result)
  }
  const all = sumOf(results)
  console.log(rowOf("all of these", wantedOfAll, all))
  await Deno.writeTextFile(`${kept}/survivors.txt`, `${all.survivors.join("\n")}\n`)
  console.log(`\nSurvivors: ${all.survivors.length}, in mutation/survivors.txt`)
}

await Deno.mkdir(kept, { recursive: true })
if (!values.report) {
  await withWorkshop(async (home) => {
    for (const order of orders) {
      const earlier = await read(order.results)
      if (earlier !== undefined && values.fresh) await Deno.remove(order.results)
      else if (earlier !== undefined) {
        const lasting = withoutStale(earlier, order.files)
        await Deno.writeTextFile(order.results, JSON.stringify(lasting))
      }
      await mutate(home, order)
    }
  })
}
await report()
