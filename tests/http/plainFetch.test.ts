import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { type Np6Options, RateLimit, RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { sampleTarget } from "../harness/recording.ts"
import { nextTurn } from "../harness/time.ts"

type Fetch = typeof globalThis.fetch

const options: Np6Options = {
  apiKey: Redacted.make("a-key"),
  rateLimit: RateLimit.none,
  retry: RetryPolicy.none,
  timeout: "1 second",
}

const over = (fetch: Fetch) =>
  Targets.layerFetch(options).pipe(
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch)),
    Layer.orDie,
  )

const get = Targets.use((targets) => targets.get("000MLGPR"))

/** A body without an end, which keeps count of what was taken of it. */
const endless = (init?: ResponseInit) => {
  const seen = { pulled: 0, isCancelled: false }
  const answer = () =>
    new Response(
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull: (controller) => {
          seen.pulled++
          controller.enqueue(new Uint8Array(1024 * 1024))
        },
        cancel: () => {
          seen.isCancelled = true
        },
      }, { highWaterMark: 0 }),
      init,
    )
  return { seen, answer }
}

/** A body that says nothing, and tells whether it was cancelled. */
const silent = () => {
  const seen = { isCancelled: false }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    cancel: () => {
      seen.isCancelled = true
    },
  })
  return { seen, body }
}

/** A call that fails because its second passes. */
const timedOut = Effect.gen(function* () {
  const fiber = yield* Effect.forkChild(Effect.flip(get))
  yield* TestClock.adjust("1 second")
  assert.strictEqual((yield* Fiber.join(fiber))._tag, "TransportError")
})

describe("a fetch of the caller's", () => {
  it.effect("that doesn't look at its signal has its body cancelled at the timeout", () => {
    const { body, seen } = silent()
    return Effect.gen(function* () {
      yield* timedOut
      assert.isTrue(seen.isCancelled)
    }).pipe(Effect.provide(over(() => Promise.resolve(new Response(body)))))
  })

  it.effect("that answers after the timeout, whatever its signal says, has its body cancelled", () => {
    let answer: (response: Response) => void = () => {}
    const late = new Promise<Response>((resolve) => {
      answer = resolve
    })
    const { body, seen } = silent()
    return Effect.gen(function* () {
      yield* timedOut
      answer(new Response(body))
      yield* nextTurn
      assert.isTrue(seen.isCancelled)
    }).pipe(Effect.provide(over(() => late)))
  })

  it.effect("that says how long a chunked body is isn't believed", () => {
    const { seen, answer } = endless({
      headers: { "content-length": "5", "transfer-encoding": "chunked" },
    })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      assert.propertyVal(error, "reason", "TooLarge")
      assert.isAtMost(seen.pulled, 10)
      assert.isTrue(seen.isCancelled)
    }).pipe(Effect.provide(over(() => Promise.resolve(answer()))))
  })

  it.effect("is each layer's own, also where two are built at once", () => {
    const asked: Array<string> = []
    const named = (name: string): Fetch => (input) => {
      asked.push(`${name} ${new URL(String(input)).pathname}`)
      return Promise.resolve(Response.json(String(input).endsWith("s") ? [] : sampleTarget))
    }
    const list = Targets.use((targets) => targets.list)
    return Effect.gen(function* () {
      const listing = (name: string) =>
        Layer.effectDiscard(list).pipe(Layer.provide(over(named(name))))
      yield* Layer.build(Layer.mergeAll(listing("one"), listing("two")))
      assert.sameMembers(asked, ["one /targets", "two /targets"])
    })
  })

  it.effect("gets neither a length nor a body from settings that go around it", () => {
    const inits: Array<RequestInit | undefined> = []
    const fetch: Fetch = (_, init) => {
      inits.push(init)
      return Promise.resolve(Response.json(sampleTarget))
    }
    return Effect.gen(function* () {
      yield* get
      assert.isNull(inits[0]?.body)
      assert.isFalse(new Headers(inits[0]?.headers).has("content-length"))
    }).pipe(
      Effect.provideService(FetchHttpClient.RequestInit, {
        body: "mine",
        headers: { "content-length": "99" },
      }),
      Effect.provide(over(fetch)),
    )
  })
})

describe("Targets.layerFetch", () => {
  const asked: Array<string> = []
  const named = (name: string): Fetch => () => {
    asked.push(name)
    return Promise.resolve(Response.json(sampleTarget))
  }
  afterEach(() => {
    vi.restoreAllMocks()
    asked.length = 0
  })
  const call = (layer: Layer.Layer<Targets>) => Effect.runPromise(Effect.provide(get, layer))

  it("uses the fetch that is global when the request is sent, in each new layer", async () => {
    for (const name of ["first", "second"]) {
      const spy = vi.spyOn(globalThis, "fetch").mockImplementation(named(name))
      await call(Layer.orDie(Targets.layerFetch(options)))
      assert.strictEqual(spy.mock.calls.length, 1)
      spy.mockRestore()
    }
    assert.deepStrictEqual(asked, ["first", "second"])
  })

  it("uses the fetch that is global when the request is sent, in a layer that was there before", async () => {
    await Effect.runPromise(
      Effect.gen(function* () {
        const targets = yield* Targets
        for (const name of ["first", "second"]) {
          vi.spyOn(globalThis, "fetch").mockImplementation(named(name))
          yield* targets.get("000MLGPR")
        }
      }).pipe(Effect.provide(Targets.layerFetch(options))),
    )
    assert.deepStrictEqual(asked, ["first", "second"])
  })

  it("prefers the fetch that is provided", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(named("global"))
    await call(over(named("provided")))
    assert.deepStrictEqual(asked, ["provided"])
  })
})
