/**
 * Keeps the library busy against a failing NP6 in another process, and watches what this process
 * holds: `soak.ts [--minutes 1] [--seconds 20]`. Ends with 1 when anything grows.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import process from "node:process"
import { parseArgs } from "node:util"
import { machine } from "../../../scripts/bench/runtime.ts"
import { number, table } from "../../../scripts/bench/statistics.ts"
import { type ServerVitals, startServer } from "./server_process.ts"
import { tidy, traffic } from "./traffic.ts"
import { collects, countFibers, look, type Vitals } from "./vitals.ts"

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, seconds: { type: "string" } },
})
const seconds = Number(values.seconds ?? Number(values.minutes) * 60)
if (!(seconds >= 5 && seconds <= 86_400)) {
  console.error("soak.ts [--minutes 1] [--seconds 20]: at least 5 seconds, at most a day")
  process.exit(1)
}

/** The heap may grow by so many bytes a request: an object that is kept for each takes more. */
const bound = 32

/** And by so many bytes in any case, for what a runtime compiles while it warms up. */
const warmUp = 2 ** 20

interface Sample extends Vitals {
  readonly at: number
  readonly server: ServerVitals
}

/** How much `y` grows with `x`, by least squares. */
const slope = (points: ReadonlyArray<readonly [x: number, y: number]>): number => {
  const mean = (of: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const up = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return up / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}

const run = Effect.runPromiseWith(Context.make(Metric.FiberRuntimeMetrics, countFibers))
const MiB = (bytes: number): string => number(bytes / 2 ** 20)
const server = await startServer()
const samples: Array<Sample> = []
let start = performance.now()
const elapsed = (): number => (performance.now() - start) / 1_000

const sample = async (): Promise<Sample> => {
  const vitals = await look()
  return { ...vitals, at: elapsed(), server: await server.ask() }
}

/** Waits for no more sockets than before, so many seconds at most. */
const settled = async (before: Vitals, patience: number): Promise<Sample> => {
  const deadline = elapsed() + patience
  for (;;) {
    const now = await sample()
    if ((now.sockets ?? 0) <= (before.sockets ?? 0) || elapsed() > deadline) return now
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

try {
  console.log(machine())
  if (!collects) console.log("No gc to call: the heap below is with its garbage.")
  const idle = await look()
  // The first round loads, compiles and connects.
  await run(traffic(server.url))
  // The server closes a connection that is kept alive after five seconds. The runtime itself may
  // have opened others.
  const first = await settled(idle, 8)
  start = performance.now()
  samples.push({ ...first, at: 0 })
  while (elapsed() < seconds) {
    await run(traffic(server.url))
    if (elapsed() - (samples.at(-1)?.at ?? 0) >= seconds / 24) samples.push(await sample())
  }
  await run(tidy(server.url))
  // And one that never had a request, because its call was given up, after a minute or more.
  const last = await settled(first, 100)
  console.log(table(
    [
      "second",
      "requests",
      "heap, MiB",
      "resident, MiB",
      "sockets",
      "timers",
      "fibers",
      "most fibers",
      "server: targets",
      "resident, MiB",
    ],
    [...samples, last].map((one) => [
      number(one.at),
      String(one.server.requests),
      MiB(one.heap),
      MiB(one.rss),
      String(one.sockets ?? "–"),
      String(one.timers ?? "–"),
      String(one.fibers),
      String(one.mostFibers),
      String(one.server.targets),
      MiB(one.server.rss),
    ]),
  ))
  const half = samples.slice(Math.floor(samples.length / 2))
  const growth = slope(half.map(({ heap, server }) => [server.requests, heap]))
  const grown = growth * ((half.at(-1)?.server.requests ?? 0) - (half[0]?.server.requests ?? 0))
  const checks: ReadonlyArray<readonly [what: string, isFlat: boolean]> = [
    [
      `heap: ${number(growth)} bytes a request over the second half, ${MiB(grown)} MiB in all; ` +
      `at most ${bound} bytes, or ${MiB(warmUp)} MiB`,
      growth <= bound || grown <= warmUp,
    ],
    [
      `sockets: ${last.sockets ?? "–"} at the end, ${first.sockets ?? "–"} after the first round`,
      (last.sockets ?? 0) <= (first.sockets ?? 0),
    ],
    [
      `fibers: ${last.fibers} at the end, ${idle.fibers} before the first request`,
      [...samples, last].every(({ fibers }) => fibers === idle.fibers),
    ],
    [`targets: ${last.server.targets} left on the server`, last.server.targets === 0],
  ]
  console.log("")
  for (const [what, isFlat] of checks) console.log(`${isFlat ? "flat" : "NOT FLAT"}  ${what}`)
  process.exitCode = checks.every(([, isFlat]) => isFlat) ? 0 : 1
} finally {
  server.stop()
}
process.exit()
