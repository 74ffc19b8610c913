import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Tracer } from "effect"
import { operations } from "../harness/operations.ts"
import { json, key, recording, sampleTarget } from "../harness/recording.ts"

describe("a request", () => {
  for (const { operation, run, method, path, query, body, success } of operations) {
    it.effect(`of ${operation} is ${method} ${path}${query && "?unicity=…"}`, () => {
      const { requests, layer } = recording([success])
      return Effect.gen(function* () {
        yield* run(yield* Targets)
        assert.strictEqual(requests.length, 1)
        const [request] = requests
        assert.strictEqual(request?.method, method)
        assert.strictEqual(request?.url.href, `https://api-cm.np6.com${path}${query}`)
        assert.deepStrictEqual(
          request?.body === "" ? undefined : JSON.parse(request?.body ?? ""),
          body === undefined ? undefined : JSON.parse(JSON.stringify(body)),
        )
        const headers = request?.headers ?? {}
        assert.strictEqual(headers["x-key"], key)
        assert.match(headers["user-agent"] ?? "", /^effect-np6-targets\/\d+\.\d+\.\d+/)
        assert.strictEqual(
          headers["accept"],
          operation === "targets.deleteMany"
            ? "application/vnd.np6.cm.v1+json"
            : "application/json",
        )
        assert.strictEqual(
          headers["content-type"],
          body === undefined ? undefined : "application/json",
        )
        const length = new TextEncoder().encode(request?.body).length
        assert.strictEqual(
          headers["content-length"],
          body !== undefined || method === "POST" ? String(length) : undefined,
        )
        for (const name of ["traceparent", "b3", "transfer-encoding"]) {
          assert.isUndefined(headers[name])
        }
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("with several criteria repeats the parameter, in order", () => {
    const { requests, layer } = recording([json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.getByUnicity(["a@b.c", "Doe & Son"])
      assert.strictEqual(requests[0]?.url.search, "?unicity=a%40b.c&unicity=Doe%20%26%20Son")
    }).pipe(Effect.provide(layer))
  })

  it.effect("to bulk-delete by id sends a flat array, by segment a number", () => {
    const { requests, layer } = recording([json([])])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.deleteMany({ type: "id", value: ["000MLGPR", "000MLGPS"] })
      yield* targets.deleteMany({ type: "segment", value: 12345 })
      assert.deepStrictEqual(requests.map((request) => JSON.parse(request.body)), [
        { type: "id", value: ["000MLGPR", "000MLGPS"] },
        { type: "segment", value: 12345 },
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("goes below the path of a base URL, with or without its last slash", () => {
    const bases = ["https://proxy.example.com/np6", "https://proxy.example.com/np6/"]
    return Effect.forEach(bases, (baseUrl) => {
      const { requests, layer } = recording([json(sampleTarget)], { baseUrl })
      return Effect.gen(function* () {
        const targets = yield* Targets
        yield* targets.get("000MLGPR")
        yield* targets.getByUnicity("a@b.c")
        assert.deepStrictEqual(requests.map((request) => request.url.href), [
          "https://proxy.example.com/np6/targets/000MLGPR",
          "https://proxy.example.com/np6/targets?unicity=a%40b.c",
        ])
      }).pipe(Effect.provide(layer))
    })
  })

  it.effect("carries trace headers when asked to", () => {
    const { requests, layer } = recording([json(sampleTarget)], { propagateTrace: true })
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.get("000MLGPR")
      assert.match(
        requests[0]?.headers["traceparent"] ?? "",
        /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/,
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("carries none that any of its headers couldn't hold", () => {
    const { requests, layer } = recording([json(sampleTarget)], { propagateTrace: true })
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* Effect.withParentSpan(
        targets.get("000MLGPR"),
        // Only one of the two headers names the parent.
        Tracer.externalSpan({ traceId, spanId: "a b" }),
      )
      assert.notIncludeMembers(Object.keys(requests[0]?.headers ?? {}), ["b3", "traceparent"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is made anew for each run of an effect", () => {
    const { requests, layer } = recording([json(sampleTarget)], { retry: RetryPolicy.none })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const call = targets.get("000MLGPR")
      assert.strictEqual(requests.length, 0)
      yield* call
      yield* call
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })
})
