/**
 * The benchmark of single calls: how much CPU one takes.
 *
 * @module
 */
import { measure, serve } from "./command.ts"
import type { Part } from "./part.ts"
import { failures, interleave, pick } from "./rounds.ts"
import { type Runtime, runtime } from "./runtime.ts"
import { number, ratio, spread, table } from "./statistics.ts"

type Figures = Readonly<
  Record<string, { readonly cpu: number; readonly perSecond: number } | undefined>
>

/** What the worker knows, what it is called here, and where it runs. */
const clients: Readonly<
  Record<string, { readonly name: string; readonly on: ReadonlyArray<Runtime> }>
> = {
  ours: { name: "ours over `fetch`", on: ["Deno", "Node"] },
  "ours-undici": { name: "ours over `layerUndici`", on: ["Node"] },
  effect: { name: "Effect's `HttpClient` over `fetch`", on: ["Deno", "Node"] },
  "effect-undici": { name: "Effect's `HttpClient` over `layerUndici`", on: ["Node"] },
  fetch: { name: "bare `fetch`", on: ["Deno", "Node"] },
  undici: { name: "`undici.request`", on: ["Deno", "Node"] },
  axios: { name: "axios", on: ["Deno", "Node"] },
  got: { name: "got", on: ["Deno", "Node"] },
  ky: { name: "ky", on: ["Deno", "Node"] },
  ofetch: { name: "ofetch", on: ["Deno", "Node"] },
}

const concurrencies = [1, 16, 64]

/** The calls. */
export const calls: Part = {
  title: "One call",
  run: async function* (home, { quick, rounds }) {
    // Compiling is CPU too, and a process that makes calls for a living makes more than these.
    const [warmUp, count] = quick ? [3_000, 3_000] : [10_000, 10_000]
    const names = Object.keys(clients).filter((name) => clients[name]?.on.includes(runtime))
    const server = await serve(home, "api", 0)
    try {
      const results = await interleave(
        names,
        rounds,
        (name) =>
          measure<Figures>(home, "calls", [name, server.url, warmUp, count, ...concurrencies], 120),
      )
      const cpu = (name: string, concurrency: number) =>
        pick(results, name, (found) => found[concurrency]?.cpu ?? NaN)
      yield [
        `${count} calls after ${warmUp} to warm up, ${rounds} rounds; CPU of the client's process in ` +
        "µs a call, and how many times that of bare `fetch` it is:",
        "",
        table(
          ["", ...concurrencies.flatMap((at) => [`${at} at once`, "× `fetch`"])],
          names.map((name) => [
            clients[name]?.name ?? name,
            ...concurrencies.flatMap((at) => [
              spread(cpu(name, at)),
              number(ratio(cpu(name, at), cpu("fetch", at))),
            ]),
          ]),
        ),
        ...failures(results).map((line, index) => index === 0 ? `\n${line}` : line),
      ].join("\n")
    } finally {
      server.stop()
    }
  },
}
