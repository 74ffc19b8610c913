import { assert, describe, it } from "@effect/vitest"
import { Effect, Tracer } from "effect"
import { canaries } from "../../harness/leaks/canaries.ts"
import { assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"

const external = Tracer.externalSpan({ spanId: "1", traceId: canaries.key })

describe("watching a call shows", () => {
  const leaking: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]> = [
    ["a message that is logged", Effect.logTrace(canaries.address)],
    ["an annotation of a log", Effect.annotateLogs(Effect.logDebug("x"), { a: canaries.name })],
    ["a span that is logged", Effect.withLogSpan(Effect.logDebug("x"), canaries.key)],
    ["the name of a span", Effect.withSpan(Effect.void, canaries.name)],
    [
      "an attribute of a span",
      Effect.withSpan(Effect.void, "x", { attributes: { deep: { in: [canaries.phone] } } }),
    ],
    [
      "a link of a span",
      Effect.withSpan(Effect.void, "x", { links: [{ span: external, attributes: {} }] }),
    ],
    ["an event of a span", Effect.withSpan(Effect.logInfo(canaries.words), "x")],
    ["how a span within ended", Effect.ignore(Effect.withSpan(Effect.fail(canaries.key), "x"))],
    ["a failure", Effect.fail({ [canaries.key]: 1 })],
    ["a defect", Effect.die(new Error("anything"))],
  ]
  for (const [what, effect] of leaking) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const seen = yield* watch(effect)
        assert.throws(() => assertNothingLeaks(seen))
      }))
  }
})
