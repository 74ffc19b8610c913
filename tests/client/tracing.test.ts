import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect, Tracer } from "effect"
import { HttpClient } from "effect/http"
import { operations } from "../harness/operations.ts"
import { json, recording, sampleTarget, status, transport } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"
import { recordingTracer } from "../harness/tracer.ts"

const tracing = () => {
  const { spans, tracer } = recordingTracer()
  return { spans, provide: Effect.provideService(Tracer.Tracer, tracer) }
}

describe("a span", () => {
  for (const { operation, run, method, success } of operations) {
    it.effect(`of ${operation} says what was called, how often, and how it was answered`, () => {
      const { spans, provide } = tracing()
      const { layer } = recording([success])
      return Effect.gen(function* () {
        yield* run(yield* Targets)
        assert.deepStrictEqual(spans.map((span) => span.name), [operation])
        const [span] = spans
        assert.strictEqual(span?.kind, "client")
        const attributes = Object.fromEntries(span?.attributes ?? [])
        assert.deepInclude(attributes, {
          "np6.operation": operation,
          "np6.attempts": 1,
          "http.request.method": method,
          "http.response.status_code": success().status,
          "server.address": "api-cm.np6.com",
        })
      }).pipe(provide, Effect.provide(layer))
    })
  }

  it.effect("is there for a client of the caller's, though nobody else sees it", () => {
    const names: Array<string> = []
    const { layer } = recording([json(sampleTarget)], {
      transformClient: HttpClient.tapRequest(() =>
        Effect.map(Effect.orDie(Effect.currentSpan), (span) => void names.push(span.name))
      ),
    })
    return Effect.gen(function* () {
      yield* (yield* Targets).get("000MLGPR")
      assert.deepStrictEqual(names, ["targets.get"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is not made where nobody asks for one, because it costs as much as the call", () => {
    const spans: Array<unknown> = []
    const gate = {
      acquire: () =>
        Effect.map(Effect.exit(Effect.currentSpan), (span) => {
          spans.push(span._tag)
          return () => Effect.void
        }),
    }
    const { layer } = recording([json(sampleTarget)], { rateLimit: { make: Effect.succeed(gate) } })
    return Effect.gen(function* () {
      yield* (yield* Targets).get("000MLGPR")
      assert.deepStrictEqual(spans, ["Failure"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("has no request id where the answer has none", () => {
    const { spans, provide } = tracing()
    const { layer } = recording([() => Response.json(sampleTarget)])
    return Effect.gen(function* () {
      yield* (yield* Targets).get("000MLGPR")
      assert.isFalse(spans[0]?.attributes.has("np6.request_id"))
    }).pipe(provide, Effect.provide(layer))
  })

  it.effect("counts attempts and carries the request id of the last", () => {
    const { spans, provide } = tracing()
    const { layer } = recording([transport.reset, status(503), json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* inTime(targets.get("000MLGPR"))
      const attributes = spans[0]?.attributes
      assert.strictEqual(attributes?.get("np6.attempts"), 3)
      assert.strictEqual(attributes?.get("np6.request_id"), "req-1")
      assert.strictEqual(attributes?.get("url.template"), "/targets/{id}")
    }).pipe(provide, Effect.provide(layer))
  })
})
