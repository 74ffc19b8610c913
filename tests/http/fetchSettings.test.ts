import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Np6, RateLimit, RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { operations } from "../harness/operations.ts"
import { sampleTarget } from "../harness/recording.ts"

/** A fetch that records its settings. */
const recordingFetch = () => {
  const inits: Array<RequestInit> = []
  const fetch: typeof globalThis.fetch = (_, init) => {
    inits.push({ ...init })
    return Promise.resolve(Response.json(sampleTarget))
  }
  return { inits, layer: Layer.succeed(FetchHttpClient.Fetch, fetch) }
}

const options = {
  apiKey: Redacted.make("a-key"),
  rateLimit: RateLimit.none,
  retry: RetryPolicy.none,
}
// Straight to fetch, and by way of a client over it.
const ways = {
  fetch: Targets.layerFetch(options),
  "a client": Layer.provide(
    Layer.provide(Targets.layer, Np6.layer(options)),
    FetchHttpClient.layer,
  ),
}

afterEach(() => vi.unstubAllGlobals())

const provided: RequestInit = {
  credentials: "include",
  cache: "no-store",
  referrerPolicy: "no-referrer",
  redirect: "follow",
  headers: { "x-proxy": "yes" },
}

const header = (init: RequestInit | undefined, name: string) => new Headers(init?.headers).get(name)

for (const [way, layerOfWay] of Object.entries(ways)) {
  const targetsOver = (fetch: Layer.Layer<never>) => Layer.orDie(Layer.provide(layerOfWay, fetch))

  describe(`the settings of fetch, over ${way}`, () => {
    for (const { operation, run, method } of operations) {
      it.effect(`that are provided around a layer reach it, but for redirects: ${operation}`, () => {
        const { inits, layer } = recordingFetch()
        return Effect.gen(function* () {
          yield* Effect.exit(run(yield* Targets))
          assert.strictEqual(inits.length, 1)
          const [init] = inits
          assert.strictEqual(init?.credentials, "include")
          assert.strictEqual(init?.cache, "no-store")
          assert.strictEqual(init?.referrerPolicy, "no-referrer")
          assert.strictEqual(init?.redirect, "manual")
          assert.strictEqual(header(init, "x-proxy"), "yes")
          assert.strictEqual(header(init, "x-key"), "a-key")
          assert.strictEqual(init?.method, method)
        }).pipe(
          Effect.provide(
            targetsOver(layer).pipe(
              Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, provided)),
            ),
          ),
        )
      })

      it.effect(`that are provided around a call go before the layer's: ${operation}`, () => {
        const { inits, layer } = recordingFetch()
        return Effect.gen(function* () {
          yield* Effect.exit(run(yield* Targets)).pipe(
            Effect.provideService(FetchHttpClient.RequestInit, {
              cache: "reload",
              redirect: "error",
            }),
          )
          assert.strictEqual(inits[0]?.cache, "reload")
          assert.strictEqual(inits[0]?.credentials, "include")
          assert.strictEqual(inits[0]?.redirect, "manual")
        }).pipe(
          Effect.provide(
            targetsOver(layer).pipe(
              Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, provided)),
            ),
          ),
        )
      })

      it.effect(`are few when none are provided: ${operation}`, () => {
        const { inits, layer } = recordingFetch()
        return Effect.gen(function* () {
          yield* Effect.exit(run(yield* Targets))
          assert.strictEqual(inits[0]?.redirect, "manual")
          assert.isUndefined(inits[0]?.credentials)
          assert.strictEqual(inits[0]?.cache, "no-store")
          // Deno's own connections would be HTTP/2 where the server has it.
          assert.strictEqual(Reflect.has(inits[0] ?? {}, "client"), "Deno" in globalThis)
        }).pipe(Effect.provide(targetsOver(layer)))
      })
    }

    it.effect("cache: is left out where the runtime throws at it, as workerd of 2023 does", () => {
      const { inits, layer } = recordingFetch()
      const { Request } = globalThis
      vi.stubGlobal(
        "Request",
        class extends Request {
          constructor(input: RequestInfo | URL, init?: RequestInit) {
            if (init?.cache !== undefined) {
              throw new Error("The 'cache' field on 'RequestInitializerDict' is not implemented.")
            }
            super(input, init)
          }
        },
      )
      return Effect.gen(function* () {
        yield* Effect.exit((yield* Targets).get("000MLGPR"))
        assert.notProperty(inits[0], "cache")
        assert.propertyVal(inits[0], "redirect", "manual")
      }).pipe(Effect.provide(targetsOver(layer)))
    })

    it.effect("that name a connection go before the layer's own", () => {
      const { inits, layer } = recordingFetch()
      const named = { client: "mine", redirect: "follow" } as const
      return Effect.gen(function* () {
        const targets = yield* Targets
        yield* Effect.exit(targets.create({ 8103: "a@b.c" }))
        assert.propertyVal(inits[0], "client", "mine")
      }).pipe(
        Effect.provide(
          targetsOver(layer).pipe(Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, named))),
        ),
      )
    })
  })
}
