/**
 * The benchmark of the list: how fast, how soon, and in how much memory.
 *
 * @module
 */
import { measure, serve } from "./command.ts"
import type { Part } from "./part.ts"
import { failures, interleave, pick } from "./rounds.ts"
import { number, ratio, spread, table } from "./statistics.ts"

interface Figures {
  readonly count: number
  readonly first: number
  readonly millis: number
  readonly cpuMillis: number
  readonly peak: number
}

/** What the worker knows, and what it is called here. */
const ways: Readonly<Record<string, string>> = {
  stream: "ours: `targets.stream`, target by target",
  chunks: "ours: `targets.stream`, chunk by chunk",
  list: "ours: `targets.list`",
  json: "`(await fetch(…)).json()`, nothing decoded",
  "stream-json": "stream-json, nothing decoded",
  "@streamparser/json": "@streamparser/json, nothing decoded",
  drain: "`fetch`, the bytes thrown away",
}

const run = async (
  home: string,
  count: number,
  times: number,
  rows: ReadonlyArray<string>,
  rounds: number,
): Promise<string> => {
  const server = await serve(home, "list", count, times)
  try {
    const bytes = Number(await (await fetch(`${server.url}/length`)).text())
    const results = await interleave(
      ["nothing", ...rows],
      rounds,
      async (way) => {
        const figures = await measure<Figures>(home, "list", [way, server.url], 300)
        if (way !== "nothing" && way !== "drain" && figures.count !== count * times) {
          throw new Error(`error: ${figures.count} targets arrived`)
        }
        return figures
      },
    )
    const of = (way: string, figure: keyof Figures) => pick(results, way, (found) => found[figure])
    const bare = of("nothing", "peak")
    const cells = rows.map((way) => {
      const millis = of(way, "millis")
      const peak = of(way, "peak").map((most, round) => most - (bare[round] ?? NaN))
      return [
        ways[way] ?? way,
        spread(millis.map((time) => bytes / 1_000 / time)),
        number(ratio(of("json", "millis"), millis)),
        spread(of(way, "first")),
        number(ratio(of(way, "first"), of("json", "first"))),
        spread(of(way, "cpuMillis")),
        spread(peak),
      ]
    })
    return [
      `${(count * times).toLocaleString("en")} targets, ${
        number(bytes / 1e6)
      } MB, ${rounds} rounds; ` +
      `the bare runtime has ${spread(bare)} MiB:`,
      "",
      table([
        "",
        "MB/s",
        "× `json()`",
        "first target, ms",
        "× `json()`",
        "CPU, ms",
        "MiB over the bare runtime",
      ], cells),
      ...failures(results).map((line, index) => index === 0 ? `\n${line}` : line),
    ].join("\n")
  } finally {
    server.stop()
  }
}

/** The list. */
export const list: Part = {
  title: "The list",
  run: async function* (home, { quick, rounds }) {
    const count = quick ? 100_000 : 1_000_000
    yield await run(home, count, 1, Object.keys(ways), rounds)
    if (!quick) yield await run(home, count, 3, ["stream", "chunks", "json"], 1)
  },
}
