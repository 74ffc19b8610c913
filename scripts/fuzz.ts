/**
 * Reads replies that no server should send, and fails at the first that is got wrong, or when memory
 * grows.
 *
 *     deno task fuzz --replies 1000000 --seed 1
 *
 * The same seed sends the same replies.
 *
 * @module
 */
import { Effect } from "effect"
import process from "node:process"
import { parseArgs } from "node:util"
import { fuzz, type Tally } from "./fuzz/fuzz.ts"

const { values } = parseArgs({
  options: {
    replies: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
})
const replies = Number(values.replies)
const seed = Number(values.seed)
if (!Number.isInteger(replies) || replies < 1 || !Number.isInteger(seed)) {
  throw new Error("--replies and --seed are whole numbers")
}

const mebi = 1024 * 1024
const growthAllowed = 8 * mebi
const interval = Math.max(1000, Math.floor(replies / 20 / 1000) * 1000)
const start = performance.now()
const heaps: Array<number> = []

const collectGarbage: unknown = Reflect.get(globalThis, "gc")

const onProgress = ({ replies: sent }: Tally): void => {
  if (sent % interval !== 0) return
  if (typeof collectGarbage === "function") collectGarbage()
  const { heapUsed } = process.memoryUsage()
  heaps.push(heapUsed)
  const seconds = (performance.now() - start) / 1000
  console.log(
    `${String(sent).padStart(9)} replies, ${seconds.toFixed(0).padStart(4)} s, heap ${
      (heapUsed / mebi).toFixed(1)
    } MiB`,
  )
}

/** After a warm-up of a fifth: the smallest heap of the second half against that of the first. */
const growth = (): number => {
  const warm = heaps.slice(Math.floor(heaps.length / 5))
  const half = Math.floor(warm.length / 2)
  return half < 2 ? 0 : Math.min(...warm.slice(half)) - Math.min(...warm.slice(0, half))
}

const main = fuzz({ replies, seed, onProgress }).pipe(
  Effect.match({
    onSuccess: (tally) => {
      for (const [outcome, count] of [...tally.outcomes].sort()) {
        console.log(`${String(count).padStart(9)} ${outcome}`)
      }
      const grown = growth()
      if (typeof collectGarbage !== "function") {
        console.log("Memory isn't measured: no --expose-gc.")
      } else if (grown > growthAllowed) {
        console.error(`The heap grew by ${(grown / mebi).toFixed(1)} MiB.`)
        process.exitCode = 1
      } else console.log(`The heap grew by ${(grown / mebi).toFixed(1)} MiB.`)
    },
    onFailure: (found) => {
      console.error(found.message)
      process.exitCode = 1
    },
  }),
)

await Effect.runPromise(main)
