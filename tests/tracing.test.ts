import { assert, describe, it } from "@effect/vitest"
import { Targets } from "@effect-np6/targets"
import { Effect, Logger, References, Tracer } from "effect"
import { inspect } from "node:util"
import { operations } from "./support/operations.ts"
import { json, key, recording, sampleTarget, status, transport } from "./support/recording.ts"
import { inTime } from "./support/time.ts"

const tracing = () => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  return { spans, provide: Effect.provideService(Tracer.Tracer, tracer) }
}

describe("a span", () => {
  for (const { operation, run, method, success } of operations) {
    it.effect(`of ${operation} says what was called, how often, and how it was answered`, () => {
      const { spans, provide } = tracing()
      const { layer } = recording([success])
      return Effect.gen(function* () {
        yield* run(yield* Targets)
        assert.deepStrictEqual(spans.map((span) => span.name), [`Targets.${operation}`])
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

  it.effect("and a log hold no key, address or value, whatever happens", () => {
    const { spans, provide } = tracing()
    const logged: Array<unknown> = []
    const logger = Logger.make((entry) => {
      logged.push(entry.message, entry.cause, entry.fiber.getRef(References.CurrentLogAnnotations))
    })
    const echo = `no canary@example.com for ${key}`
    const answers = [
      json(sampleTarget),
      ...[400, 401, 404, 500].map((code) => status(code, echo)),
      transport.resetDeno,
    ]
    return Effect.forEach(answers, (answer) => {
      const { layer } = recording([answer])
      return Effect.gen(function* () {
        const targets = yield* Targets
        yield* Effect.exit(inTime(targets.getByUnicity("canary@example.com")))
        yield* Effect.exit(
          inTime(targets.upsert("canary@example.com", { 8103: "canary@example.com" })),
        )
      }).pipe(Effect.provide(layer))
    }).pipe(
      Effect.andThen(Effect.sync(() => {
        assert.strictEqual(spans.length, 2 * answers.length)
        assert.isAbove(logged.length, 0)
        for (const span of spans) {
          const { attributes, name, status, events } = span as Tracer.NativeSpan
          const seen = inspect({ attributes, name, status, events }, { depth: 20 })
          assert.notInclude(seen, "canary")
        }
        assert.notInclude(inspect(logged, { depth: 20 }), "canary")
      })),
      provide,
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(References.MinimumLogLevel, "All"),
    )
  })
})
