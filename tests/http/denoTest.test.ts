/** Tests of users under `Deno.test`, whose sanitizers fail a test that leaves something behind. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { isDeno, makeProject, runProgram } from "../harness/processes.ts"

const tests = `
import { Bulk, Np6, Progress, RetryPolicy, Targets } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Fiber, Layer, Stream } from "effect"
import { FetchHttpClient } from "effect/http"

const calls = Effect.gen(function* () {
  const targets = yield* Targets
  const { id } = yield* targets.upsert("a@b.c", { 8103: "a@b.c" })
  yield* targets.addToSegment(id, 12345)
  yield* targets.get(id)
  yield* targets.stream.pipe(Stream.take(1), Stream.runDrain)
  yield* targets.delete(id)
  yield* Effect.exit(targets.delete(id))
})

const timedOut = Effect.gen(function* () {
  const targets = yield* Targets
  const sandbox = yield* Sandbox
  yield* sandbox.script({ times: 2, fault: Fault.hang() })
  yield* Effect.exit(targets.get("000MLGPR"))
  const fiber = yield* Effect.forkChild(targets.delete("000MLGPR"))
  yield* Effect.sleep(20)
  yield* Fiber.interrupt(fiber)
})

const bulk = Effect.gen(function* () {
  const progress = yield* Progress.make()
  const watch = yield* Effect.forkChild(Stream.runDrain(progress.every("10 seconds")))
  yield* Stream.range(1, 50).pipe(
    Bulk.upsert((n) => ({ unicity: n + "@b.c", values: { 8103: n + "@b.c" } }), { progress }),
    Stream.runDrain,
  )
  yield* Fiber.join(watch)
})

const ways = {
  layerFetch: Np6.layerFetch,
  "layer over FetchHttpClient": (options) =>
    Np6.layer(options).pipe(Layer.provide(FetchHttpClient.layer)),
}

for (const [way, np6] of Object.entries(ways)) {
  for (const [name, run] of Object.entries({ calls, timedOut, bulk })) {
    Deno.test(way + ": " + name, () =>
      Effect.runPromise(Effect.gen(function* () {
        const { keys } = yield* Sandbox
        const { url } = yield* Sandbox.serve()
        const options = {
          apiKey: keys.full,
          baseUrl: url,
          retry: RetryPolicy.none,
          timeout: "100 millis",
        }
        yield* Effect.provide(run, Layer.provide(Targets.layer, np6(options)))
      }).pipe(Effect.scoped, Effect.provide(Sandbox.layer))))
  }
}

for (const [name, run] of Object.entries({ calls, timedOut, bulk })) {
  Deno.test("in process: " + name, () =>
    Effect.runPromise(
      Effect.provide(run, Sandbox.layerTargets({ retry: RetryPolicy.none, timeout: "100 millis" })),
    ))
}
`

it.live.skipIf(!isDeno)(
  "Targets: leaves no timer, socket or operation behind in Deno.test",
  () =>
    Effect.gen(function* () {
      const project = yield* makeProject
      yield* Effect.promise(() => writeFile(join(project, "np6_test.js"), tests))
      const { code, output } = yield* runProgram(project, "np6_test.js", {
        command: "test",
        allow: ["net=127.0.0.1"],
      })
      assert.strictEqual(code, 0, output)
      assert.include(output, "9 passed | 0 failed")
    }).pipe(Effect.scoped),
)
