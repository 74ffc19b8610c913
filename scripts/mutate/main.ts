/**
 * Breaks the source in small ways, a mutant at a time, and sees whether the tests notice.
 *
 *     deno task mutate                                  all areas
 *     deno task mutate redaction paths                  some of them
 *     deno task mutate --files=src/http/scrub.ts   the files that match, in their areas
 *     deno task mutate --concurrency=2                  so many mutants at a time
 *     deno task mutate --fresh                          forgets what earlier runs found
 *     deno task mutate --report                         reads what earlier runs found, runs nothing
 *
 * Results are kept in `mutation/`, and a run makes only those that the source or the tests changed.
 * Prints Markdown. Needs npm.
 *
 * @module
 */
import { matchesGlob } from "node:path"
import { parseArgs } from "node:util"
import { fileURLToPath } from "node:url"
import { root } from "../build/project.ts"
import { type Area, areas, wantedOfAll } from "./areas.ts"
import {
  mutantOf,
  type Report,
  type Result,
  resultOf,
  scoreOf,
  sumOf,
  type Survivor,
  withoutStale,
} from "./results.ts"
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

const sources = async (dir: string): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for await (const { name, isDirectory } of Deno.readDir(`${here}${dir}`)) {
    found.push(...isDirectory ? await sources(`${dir}/${name}`) : [`${dir}/${name}`])
  }
  return found
}

const isAny = (globs: ReadonlyArray<string>) => (path: string): boolean =>
  globs.some((glob) => matchesGlob(path, glob))

const files = await sources("src")
const homeless = files.filter((file) => !areas.some(({ source }) => isAny(source)(file)))
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
    area,
    files: files.filter((file) => isAny(area.source)(file) && isWanted(file)),
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

/** Survivors as `explained/` names them: under each line of the source its mutants. */
const linesOf = (survivors: ReadonlyArray<Survivor>): ReadonlyArray<string> =>
  survivors.flatMap((survivor, at) => {
    const { file, line, code, isCovered } = survivor
    const before = survivors[at - 1]
    const isNew = before?.file !== file || before.line !== line
    return [
      ...isNew ? [`${file}:${line} ${code}`] : [],
      `    ${mutantOf(survivor)}${isCovered ? "" : " (not covered)"}`,
    ]
  })

const titles = `
| area | killed | timeout | survived | not covered | explained | score | wanted |
| ---- | -----: | ------: | -------: | ----------: | --------: | ----: | -----: |`

const rowOf = (name: string, wanted: number, result: Result): string => {
  const score = scoreOf(result)
  const percent = `${score.toFixed(1)} %`
  const cells = [
    name,
    result.killed,
    result.timeout,
    result.survived,
    result.notCovered,
    result.survived + result.notCovered - result.unexplained.length,
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
    const result = resultOf(found, area.explained)
    console.log(rowOf(area.name, area.wanted, result))
    results.push(result)
  }
  const all = sumOf(results)
  console.log(rowOf("all of these", wantedOfAll, all))
  await Deno.writeTextFile(`${kept}/survivors.txt`, `${linesOf(all.unexplained).join("\n")}\n`)
  console.log(
    `\nSurvivors that nobody explained: ${all.unexplained.length}, in mutation/survivors.txt`,
  )
  if (all.needless.length > 0) {
    console.log(`\nExplained without need:\n\n${all.needless.join("\n")}`)
  }
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
