import { assert, describe, it } from "@effect/vitest"
import { Np6, type Np6Options, RetryPolicy, Targets } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Deferred, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import { listening } from "../harness/loopback.ts"
import { operations } from "../harness/operations.ts"

const apiKey = Redacted.make("sandbox-key")

/** A server on loopback, for what the sandbox doesn't do. */
const served = (handler: RequestListener) =>
  Effect.map(listening(createServer(handler)), ({ close, port }) => ({
    url: `http://127.0.0.1:${port}`,
    close,
  }))

const over = (baseUrl: string) => Targets.layerFetch({ apiKey, baseUrl, retry: RetryPolicy.none })

describe("over real sockets", () => {
  it.live("a target lives its life", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { url } = yield* Sandbox.serve()
      yield* Effect.gen(function* () {
        const targets = yield* Targets
        const email = "a+b&c#é😀@example.com"
        const created = yield* targets.create({ 8103: email })
        const upserted = yield* targets.upsert(email, { 8102: "Doe", 8103: email })
        assert.strictEqual(upserted.id, created.id)
        assert.deepStrictEqual(yield* targets.getByUnicity(email), yield* targets.get(created.id))
        assert.strictEqual((yield* targets.update(created.id, { 8102: null })).fields[8102], null)
        yield* targets.addToSegment(created.id, 12345)
        yield* targets.removeFromSegment(created.id, 12345)
        assert.deepStrictEqual(yield* targets.list, yield* Stream.runCollect(targets.stream))
        yield* targets.delete(created.id)
        yield* targets.create({ 8103: email })
        const report = yield* targets.deleteMany({ type: "unicity", value: [email] })
        assert.deepStrictEqual(report.deleted.map(({ unicity }) => unicity), [[email]])
        assert.deepStrictEqual(yield* targets.list, [])
      }).pipe(Effect.provide(Targets.layerFetch({ apiKey: sandbox.keys.full, baseUrl: url })))
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)))

  it.live("a request without a body says that it is empty, and none is chunked", () =>
    Effect.gen(function* () {
      const seen: Array<{ readonly method: string; readonly headers: IncomingMessage["headers"] }> =
        []
      const { url } = yield* served((request, response) => {
        seen.push({ method: request.method ?? "", headers: request.headers })
        request.resume()
        request.on("end", () => response.writeHead(418).end())
      })
      const targets = yield* Effect.provide(Targets, over(url))
      yield* Effect.forEach(operations, ({ run }) => Effect.exit(run(targets)))
      assert.strictEqual(seen.length, operations.length)
      for (const { method, headers } of seen) {
        assert.isUndefined(headers["transfer-encoding"])
        if (method === "POST" || method === "PUT") assert.isDefined(headers["content-length"])
      }
      assert.strictEqual(seen[7]?.headers["content-length"], "0")
    }).pipe(Effect.scoped))

  it.live("a redirect is not followed: no operation sends anything to the other place", () =>
    Effect.gen(function* () {
      let elsewhere = 0
      const other = yield* served((_, response) => {
        elsewhere++
        response.end()
      })
      for (const code of [301, 302, 303, 307, 308]) {
        const { url } = yield* served((request, response) => {
          request.resume()
          response.writeHead(code, { location: `${other.url}/targets` }).end()
        })
        const targets = yield* Effect.provide(Targets, over(url))
        for (const { run } of operations) {
          const error = yield* Effect.flip(run(targets))
          assert.strictEqual(error._tag, "UnexpectedResponse")
          assert.propertyVal(error, "reason", "Redirect")
        }
      }
      assert.strictEqual(elsewhere, 0)
    }).pipe(Effect.scoped))

  it.live("a port that nobody listens on refuses, and surely nothing was applied", () =>
    Effect.gen(function* () {
      const { url, close } = yield* served((_, response) => response.end())
      yield* Effect.promise(close)
      const targets = yield* Effect.provide(Targets, over(url))
      const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
      assert.strictEqual(error._tag, "TransportError")
      assert.propertyVal(error, "reason", "Connect")
      assert.propertyVal(error, "applied", "no")
      assert.propertyVal(error, "detail", "ECONNREFUSED")
    }).pipe(Effect.scoped))

  it.live("a connection that breaks leaves it unknown", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { url } = yield* Sandbox.serve()
      const layer = Targets.layerFetch({
        apiKey: sandbox.keys.full,
        baseUrl: url,
        retry: RetryPolicy.none,
      })
      const targets = yield* Effect.provide(Targets, layer)
      for (const fault of [Fault.reset({ applied: true }), Fault.truncate({ bytes: 5 })]) {
        yield* sandbox.script({ fault })
        const error = yield* Effect.flip(targets.upsert("a@b.c", { 8103: "a@b.c" }))
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "reason", "Reset")
        assert.propertyVal(error, "applied", "unknown")
      }
      assert.strictEqual((yield* sandbox.state).targets.length, 1)
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)))

  const writes: {
    readonly [operation: string]: (
      targets: Targets["Service"],
      ids: { readonly jane: string; readonly joe: string },
    ) => Effect.Effect<unknown, { readonly _tag: string }>
  } = {
    upsert: (targets) => targets.upsert("jane@example.com", { 8102: "Doe" }),
    create: (targets) => targets.create({ 8103: "new@example.com" }),
    update: (targets, { jane }) => targets.update(jane, { 8102: "Doe" }),
    delete: (targets, { jane }) => targets.delete(jane),
    deleteMany: (targets, { jane }) => targets.deleteMany({ type: "id", value: [jane] }),
    addToSegment: (targets, { jane }) => targets.addToSegment(jane, 12345),
    removeFromSegment: (targets, { joe }) => targets.removeFromSegment(joe, 12345),
  }
  const overFetch: { readonly [way: string]: (options: Np6Options) => Layer.Layer<Targets> } = {
    "layerFetch": (options) => Layer.orDie(Targets.layerFetch(options)),
    "a client that wraps it": (options) =>
      Layer.orDie(Targets.layerFetch({
        ...options,
        transformClient: HttpClient.mapRequest((request) => request),
      })),
    "Effect's own client": (options) =>
      Layer.orDie(
        Layer.provide(Layer.provide(Targets.layer, Np6.layer(options)), FetchHttpClient.layer),
      ),
  }
  for (const [operation, run] of Object.entries(writes)) {
    for (const [way, layerOf] of Object.entries(overFetch)) {
      it.live(`fetch doesn't repeat ${operation} by itself when a used connection breaks: ${way}`, () =>
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          const { url } = yield* Sandbox.serve()
          const layer = layerOf({
            apiKey: sandbox.keys.full,
            baseUrl: url,
            retry: RetryPolicy.none,
          })
          yield* Effect.gen(function* () {
            const targets = yield* Targets
            const { id: jane } = yield* targets.upsert("jane@example.com", {
              8103: "jane@example.com",
            })
            const { id: joe } = yield* targets.upsert("joe@example.com", {
              8103: "joe@example.com",
            })
            yield* targets.addToSegment(joe, 12345)
            yield* Effect.repeat(targets.get(jane), { times: 3 })
            const before = (yield* sandbox.requests).length
            yield* sandbox.script({ fault: Fault.reset({ applied: true }) })
            const error = yield* Effect.flip(run(targets, { jane, joe }))
            assert.strictEqual(error._tag, "TransportError")
            assert.propertyVal(error, "reason", "Reset")
            assert.propertyVal(error, "applied", "unknown")
            const [request, ...more] = (yield* sandbox.requests).slice(before)
            assert.deepStrictEqual(more, [])
            assert.notProperty(request?.headers, "transfer-encoding")
          }).pipe(Effect.provide(layer))
        }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)))
    }
  }

  it.live("whatever fetch may do, an update of nobody was surely not applied", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { url } = yield* Sandbox.serve()
      const layer = Targets.layerFetch({ apiKey: sandbox.keys.full, baseUrl: url })
      const targets = yield* Effect.provide(Targets, layer)
      const error = yield* Effect.flip(targets.update("0000000X", { 8102: "Doe" }))
      assert.strictEqual(error._tag, "NotFound")
      assert.propertyVal(error, "applied", "no")
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)))

  it.live("a body that is cut off leaves the request id, which came before it", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { url } = yield* Sandbox.serve()
      const layer = Targets.layerFetch({
        apiKey: sandbox.keys.full,
        baseUrl: url,
        retry: RetryPolicy.none,
      })
      yield* Effect.gen(function* () {
        const targets = yield* Targets
        yield* sandbox.script({ fault: Fault.truncate({ bytes: 5 }) })
        const error = yield* Effect.flip(targets.create({ 8103: "new@example.com" }))
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "status", 200)
        assert.property(error, "requestId")
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer)))

  it.live("an interrupted call closes its connection", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const { url } = yield* served((request) => {
        Deferred.doneUnsafe(arrived, Effect.void)
        request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      })
      const targets = yield* Effect.provide(Targets, over(url))
      const fiber = yield* Effect.forkChild(targets.get("000MLGPR"))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
    }).pipe(Effect.scoped))

  it.live("a name that doesn't exist is not a reset", () =>
    Effect.gen(function* () {
      const targets = yield* Effect.provide(Targets, over("https://np6.invalid"))
      const error = yield* Effect.flip(targets.create({ 8103: "a@b.c" }))
      assert.propertyVal(error, "reason", "Connect")
      assert.propertyVal(error, "applied", "no")
    }))
})
