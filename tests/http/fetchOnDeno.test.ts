/**
 * What is done where there is a `Deno`, whose `fetch` sends by itself a second time. A stand-in for it
 * is what Node has here; `tests/http/sockets.test.ts` and the matrix of faults see the real one.
 */
import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import type { Targets } from "@effect-np6/targets"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import { FetchHttpClient } from "effect/http"
import { operations } from "../harness/operations.ts"

interface Sent {
  readonly client: unknown
  readonly body: unknown
}

type Service = Targets["Service"]

/** A runtime whose connections aren't shared, and the library as it is loaded there. */
const onDeno = async (createHttpClient: unknown, state = "granted") => {
  const permissions = { querySync: () => ({ state }) }
  vi.stubGlobal("Deno", { createHttpClient, permissions })
  vi.resetModules()
  const { Np6, RateLimit, RetryPolicy, Targets } = await import("@effect-np6/targets")
  const sent: Array<Sent> = []
  const fetch: typeof globalThis.fetch = (_, init = {}) => {
    sent.push({ client: Reflect.get(init, "client"), body: init.body })
    return Promise.resolve(new Response("{}"))
  }
  const options = {
    apiKey: Redacted.make("a-key"),
    rateLimit: RateLimit.none,
    retry: RetryPolicy.none,
  }
  const over = Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
  const layers = {
    layerFetch: Layer.orDie(Targets.layerFetch(options)).pipe(over),
    layer: Layer.orDie(Layer.provide(Targets.layer, Np6.layer(options))).pipe(
      Layer.provide(FetchHttpClient.layer),
      over,
    ),
  }
  /** What one call sends. */
  const sentBy = async (
    way: keyof typeof layers,
    call: (targets: Service) => Effect.Effect<unknown, unknown>,
  ): Promise<ReadonlyArray<Sent>> => {
    await Effect.runPromise(
      Targets.use((targets) => Effect.exit(call(targets))).pipe(Effect.provide(layers[way])),
    )
    return sent
  }
  return { Targets, layers, sent, sentBy }
}

/** Clients that tell with what they were made, and how often they were closed. */
const closeables = () => {
  const made: Array<{ readonly options: unknown; closed: number }> = []
  const createHttpClient = (options: unknown) => {
    const client = { options, closed: 0, close: () => void client.closed++ }
    made.push(client)
    return client
  }
  return { made, createHttpClient }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe("where fetch may send twice", () => {
  for (const { operation, run, isRead, body } of operations) {
    it(`layerFetch keeps it from that: ${operation}`, async () => {
      const { made, createHttpClient } = closeables()
      const { sentBy } = await onDeno(createHttpClient)
      const sent = await sentBy("layerFetch", run)
      const [first] = sent
      assert.lengthOf(sent, 1)
      // A blob isn't sent twice, and so needs no connection of its own.
      assert.strictEqual(first?.body instanceof Blob, body !== undefined)
      if (first?.body instanceof Blob) {
        assert.deepStrictEqual(JSON.parse(await first.body.text()), body)
      } else assert.isNotOk(first?.body)
      assert.strictEqual(made.length, 1)
      assert.strictEqual(first?.client, made[0])
      assert.deepStrictEqual(
        made[0]?.options,
        isRead || body !== undefined ? { http2: false } : { http2: false, poolMaxIdlePerHost: 0 },
      )
    })

    it(`a client of fetch is kept from that: ${operation}`, async () => {
      const { made, createHttpClient } = closeables()
      const { sentBy } = await onDeno(createHttpClient)
      const sent = await sentBy("layer", run)
      const [first] = sent
      assert.lengthOf(sent, 1)
      assert.strictEqual(first?.client, made[0])
      assert.deepStrictEqual(
        made.map(({ options }) => options),
        [isRead ? { http2: false } : { http2: false, poolMaxIdlePerHost: 0 }],
      )
    })
  }

  it("a layer makes one client, closes it, and makes another for who still calls it", async () => {
    const { made, createHttpClient } = closeables()
    const { Targets, layers, sent } = await onDeno(createHttpClient)
    await Effect.runPromise(Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(layers.layerFetch, scope)
      const erase = Effect.provide(
        Targets.use((each) => Effect.exit(each.delete("000MLGPR"))),
        context,
      )
      yield* erase
      yield* erase
      assert.deepStrictEqual(made.map(({ closed }) => closed), [0])
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(made.map(({ closed }) => closed), [1])
      yield* erase
      assert.deepStrictEqual(made.map(({ closed }) => closed), [1, 0])
      assert.deepStrictEqual(sent.map(({ client }) => client), [made[0], made[0], made[1]])
    }))
  })

  it("a fetch that is provided around a call is kept from that too", async () => {
    const { Targets, layers, sent } = await onDeno(closeables().createHttpClient)
    const inits: Array<RequestInit | undefined> = []
    const own: typeof globalThis.fetch = (_, init) => {
      inits.push(init)
      return Promise.resolve(new Response("{}"))
    }
    for (const layer of Object.values(layers)) {
      await Effect.runPromise(
        Targets.use((targets) => Effect.exit(targets.create({ 8103: "a@b.c" }))).pipe(
          Effect.provideService(FetchHttpClient.Fetch, own),
          Effect.provide(layer),
        ),
      )
    }
    assert.lengthOf(sent, 0)
    assert.lengthOf(inits, 2)
    const [lean, foreign] = inits
    assert.instanceOf(lean?.body, Blob)
    assert.deepPropertyVal(
      Reflect.get(foreign ?? {}, "client"),
      "options",
      { http2: false, poolMaxIdlePerHost: 0 },
    )
  })

  it("sends bytes where the host may not be reached: a blob would never fail there", async () => {
    const { sentBy } = await onDeno(closeables().createHttpClient, "denied")
    const [first] = await sentBy("layerFetch", (targets) => targets.create({ 8103: "a@b.c" }))
    assert.instanceOf(first?.body, Uint8Array)
  })

  const strange: ReadonlyArray<readonly [what: string, createHttpClient: unknown]> = [
    ["that can't be made", undefined],
    ["that is no function to make", {}],
    ["that can't be closed", () => ({})],
    ["whose close is none", () => ({ close: true })],
  ]
  for (const [what, createHttpClient] of strange) {
    it(`a client ${what} isn't used`, async () => {
      const { sentBy } = await onDeno(createHttpClient)
      const sent = await sentBy("layerFetch", (targets) => targets.delete("000MLGPR"))
      assert.deepStrictEqual(sent, [{ client: undefined, body: null }])
    })
  }
})
