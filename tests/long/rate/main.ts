/**
 * A bulk run in real time against a sandbox whose limit the client doesn't know: what share of the
 * limit it uses, second by second, and how many requests it sends an item.
 *
 * `deno run --allow-net=127.0.0.1 tests/long/rate/main.ts [seconds]`
 */
import { Effect, Stream } from "effect"
import { Bulk, Progress, Targets } from "../../../mod.ts"
import { Sandbox } from "../../../src/sandbox/Sandbox.ts"

const perSecond = 100
const seconds = Number(globalThis.process?.argv[2] ?? 30)

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const { url } = yield* Sandbox.serve()
  const total = perSecond * seconds
  const progress = yield* Progress.make({ total })
  const report = Stream.runForEach(
    progress.every("1 second"),
    (snapshot) => Effect.sync(() => console.log(Progress.format(snapshot))),
  )
  yield* Effect.forkChild(report)
  yield* Stream.range(1, total).pipe(
    Bulk.upsert((n) => {
      const email = `c${n}@example.com`
      return { unicity: email, values: { 8103: email } }
    }, { progress, ordered: false }),
    Stream.runDrain,
    Effect.provide(Targets.layerFetch({ apiKey: sandbox.keys.full, baseUrl: url })),
  )
  const { done, failed, meanRate } = yield* progress.now
  const requests = (yield* sandbox.requests).length
  console.log(
    `${done} done, ${failed} failed, ${meanRate}/s of ${perSecond}/s, ${
      (requests / total).toFixed(3)
    } requests an item`,
  )
})

const limited = Sandbox.layerWith({ rateLimit: { perSecond, burst: 20, retryAfter: true } })
Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(limited)))
