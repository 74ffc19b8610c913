/**
 * The other end of the soak, in a process of its own: an NP6 that fails at random. Writes its URL,
 * and for every line it reads, how many requests it got, how
 * many targets it has, and how much memory.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import process from "node:process"
import { createInterface } from "node:readline"
import { Sandbox } from "../../../src/sandbox/Sandbox.ts"
import { inWeather, noneMet } from "../../harness/proof/randomFaults.ts"

const met = noneMet()
const weather = { rate: Number(process.argv[2] ?? 0.02), seed: 1, seconds: 0.02 }

const main = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const { url } = yield* Sandbox.serve()
  console.log(url)
  const lines = createInterface(process.stdin)
  yield* Effect.callback<void>((resume) => {
    // A parent that is gone needs no server.
    lines.on("close", () => resume(Effect.void))
    lines.on("line", () => {
      const targets = Effect.runSync(sandbox.state).targets.length
      const { rss } = process.memoryUsage()
      console.log(JSON.stringify({ requests: met.requests, targets, rss }))
    })
  })
})

await Effect.runPromise(
  Effect.scoped(main).pipe(
    Effect.provide(inWeather(weather, met).pipe(Layer.provide(Sandbox.layer))),
  ),
)
process.exit(0)
