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
import process from "node:process"
import { parseArgs } from "node:util"
import { Found, fuzz, type Tally } from "./fuzz.ts"

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

const onProgress = async ({ replies: sent }: Tally): Promise<void> => {
  if (sent % interval !== 0) return
  // What waits for its turn to be let go gets it.
  await new Promise((resolve) => setTimeout(resolve, 50))
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

const report = ({ outcomes }: Tally): void => {
  for (const [outcome, count] of [...outcomes].sort()) {
    console.log(`${String(count).padStart(9)} ${outcome}`)
  }
  if (typeof collectGarbage !== "function") {
    console.log("Memory isn't measured: it takes --expose-gc.")
    return
  }
  const grown = growth()
  console.log(`The heap grew by ${(grown / mebi).toFixed(1)} MiB.`)
  if (grown > growthAllowed) process.exitCode = 1
}

try {
  report(await fuzz({ replies, seed, onProgress }))
} catch (found) {
  console.error(found instanceof Found ? found.message : found)
  process.exitCode = 1
}
