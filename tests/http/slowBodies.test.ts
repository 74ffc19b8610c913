import { assert, describe, it } from "@effect/vitest"
import { type Np6Options, RetryPolicy, Targets } from "@effect-np6/targets"
import { type Duration, Effect, Fiber, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { recording, sampleTarget } from "../harness/recording.ts"

const utf8 = new TextEncoder()
const one = JSON.stringify(sampleTarget)
const reads = {
  list: (targets: Targets["Service"]) => targets.list,
  stream: (targets: Targets["Service"]) => Stream.runCollect(targets.stream),
}

/** A body that is given by hand. */
const byHand = () => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  return {
    answer: () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (started) => {
            controller = started
          },
        }),
      ),
    give: (piece: string) => Effect.sync(() => controller?.enqueue(utf8.encode(piece))),
    close: Effect.sync(() => controller?.close()),
  }
}

/** Options of a layer whose answers begin after this time. */
const headAfter = (delay: Duration.Input): Partial<Np6Options> => ({
  retry: RetryPolicy.none,
  timeout: "10 seconds",
  transformClient: HttpClient.transformResponse(Effect.delay(delay)),
})

// Lets what was given arrive.
const arrive = TestClock.adjust(0)

for (const [operation, read] of Object.entries(reads)) {
  describe(`the answer of ${operation}`, () => {
    it.effect("may take far longer than the timeout, as long as it is never silent for it", () => {
      const { answer, give, close } = byHand()
      const { requests, layer } = recording([answer], headAfter("9999 millis"))
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(read(yield* Targets))
        yield* TestClock.adjust("9999 millis")
        yield* arrive
        for (let n = 0; n < 10; n++) {
          yield* TestClock.adjust("9999 millis")
          assert.isUndefined(fiber.pollUnsafe())
          yield* give(n === 0 ? `[${one}` : `,${one}`)
          yield* arrive
        }
        yield* TestClock.adjust("9999 millis")
        yield* give("]")
        yield* arrive
        yield* TestClock.adjust("9999 millis")
        yield* close
        assert.strictEqual((yield* Fiber.join(fiber)).length, 10)
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.effect("fails once it has been silent for the timeout", () => {
      const { answer, give } = byHand()
      const { layer } = recording([answer], headAfter("1 second"))
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.flip(read(yield* Targets)))
        yield* TestClock.adjust("1 second")
        yield* arrive
        yield* TestClock.adjust("9999 millis")
        yield* give(`[${one}`)
        yield* arrive
        yield* TestClock.adjust("9999 millis")
        yield* arrive
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "reason", "Timeout")
        assert.propertyVal(error, "status", 200)
      }).pipe(Effect.provide(layer))
    })

    it.effect("fails when its head takes longer than the timeout", () => {
      const { layer } = recording(
        [() => new Response(`[${one}]`)],
        headAfter("10001 millis"),
      )
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.flip(read(yield* Targets)))
        yield* TestClock.adjust("9999 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "reason", "Timeout")
        assert.notProperty(error, "status")
      }).pipe(Effect.provide(layer))
    })
  })
}

describe("the answer of get", () => {
  it.effect("has the timeout for its head and its body together", () => {
    const { answer, give } = byHand()
    const { layer } = recording([answer], headAfter("6 seconds"))
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(Effect.flip(targets.get("000MLGPR")))
      yield* TestClock.adjust("6 seconds")
      yield* give("{")
      yield* arrive
      yield* TestClock.adjust("3999 millis")
      yield* give('"id"')
      yield* arrive
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.propertyVal(yield* Fiber.join(fiber), "reason", "Timeout")
    }).pipe(Effect.provide(layer))
  })
})
