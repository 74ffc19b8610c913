/**
 * The benchmark of bulk work: time, requests and memory, as the inputs grow.
 *
 * @module
 */
import { measure, serve } from "./command.ts"
import type { Part } from "./part.ts"
import { failures, interleave, pick } from "./rounds.ts"
import { type Runtime, runtime } from "./runtime.ts"
import { number, ratio, spread, table } from "./statistics.ts"

interface Figures {
  readonly done: number
  readonly failed: number
  readonly seconds: number
  readonly cpu: number
  readonly peak: number
  readonly requests: number
}

interface Way {
  readonly name: string
  readonly on: ReadonlyArray<Runtime>
  /** No more inputs than these, where more would say nothing new. */
  readonly most?: number
}

/** What the worker knows, what it is called here, and where it runs. */
const ways: Readonly<Record<string, Way>> = {
  ours: { name: "ours: `Bulk.upsert`", on: ["Deno", "Node"] },
  "ours-unordered": { name: "ours, `ordered: false`", on: ["Deno", "Node"], most: 10_000 },
  "ours-undici": { name: "ours, over `layerUndici`", on: ["Node"] },
  "p-map": { name: "`p-map` and `fetch`", on: ["Deno", "Node"] },
  effect: { name: "`Effect.forEach` and `retryTransient`", on: ["Deno", "Node"] },
}

interface Load {
  readonly inputs: number
  /** The share of requests that the server answers with 503. */
  readonly unavailable: number
  /** The runs that it is part of. */
  readonly in: ReadonlyArray<"quick" | "full">
  /** At most so many rounds: large runs average over their own length. */
  readonly rounds: number
}

const loads: ReadonlyArray<Load> = [
  // Waiting before a retry takes most of the time here, and there are three minutes in all.
  { inputs: 1_000, unavailable: 0.01, in: ["quick"], rounds: 1 },
  { inputs: 1_000, unavailable: 0.01, in: ["full"], rounds: 3 },
  { inputs: 1_000, unavailable: 0, in: ["quick", "full"], rounds: 3 },
  { inputs: 10_000, unavailable: 0, in: ["quick"], rounds: 1 },
  { inputs: 100_000, unavailable: 0, in: ["full"], rounds: 1 },
  { inputs: 1_000_000, unavailable: 0, in: ["full"], rounds: 1 },
]

const run = async (home: string, load: Load, rounds: number): Promise<string> => {
  const names = Object.entries(ways).filter(([, { on, most }]) =>
    on.includes(runtime) && load.inputs <= (most ?? Infinity)
  ).map(([name]) => name)
  const server = await serve(home, "api", load.unavailable)
  try {
    const results = await interleave(["nothing", ...names], rounds, async (name) => {
      await (await fetch(`${server.url}/count`)).text()
      const figures = await measure<Figures>(home, "bulk", [name, server.url, load.inputs], 1_800)
      return { ...figures, requests: Number(await (await fetch(`${server.url}/count`)).text()) }
    })
    const of = (name: string, figure: keyof Figures) =>
      pick(results, name, (found) => found[figure])
    const bare = of("nothing", "peak")
    const faults = load.unavailable === 0
      ? ""
      : `, of which the server answers one in ${Math.round(1 / load.unavailable)} with 503`
    return [
      `${load.inputs.toLocaleString("en")} inputs${faults}, rounds: ${rounds}`,
      "",
      table(
        [
          "",
          "seconds",
          "× `p-map`",
          "CPU, µs an input",
          "requests an input",
          "failed inputs",
          "MiB over the bare runtime",
        ],
        names.map((name) => [
          ways[name]?.name ?? name,
          spread(of(name, "seconds")),
          number(ratio(of(name, "seconds"), of("p-map", "seconds"))),
          spread(of(name, "cpu")),
          pick(results, name, ({ requests }) => requests / load.inputs).map((each) =>
            each.toFixed(3)
          )
            .sort().at(-1) ?? "–",
          String(Math.max(...of(name, "failed"))),
          spread(of(name, "peak").map((most, round) => most - (bare[round] ?? NaN))),
        ]),
      ),
      ...failures(results).map((line, index) => index === 0 ? `\n${line}` : line),
    ].join("\n")
  } finally {
    server.stop()
  }
}

/** The bulk upsert. */
export const bulk: Part = {
  title: "Bulk upserts, 16 at once",
  run: async function* (home, { quick, rounds }) {
    for (const load of loads) {
      if (!load.in.includes(quick ? "quick" : "full")) continue
      yield await run(home, load, Math.min(rounds, load.rounds))
    }
  },
}
