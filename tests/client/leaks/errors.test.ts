import { assert, describe, it } from "@effect/vitest"
import { type Np6Options, RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Redacted } from "effect"
import { recording } from "../../harness/recording.ts"
import { canaries } from "../../harness/leaks/canaries.ts"
import {
  type Call,
  calls,
  disguises,
  type Situation,
  situations,
} from "../../harness/leaks/situations.ts"
import { assertNothingLeaks, watch } from "../../harness/leaks/watch.ts"

const options: Partial<Np6Options> = {
  apiKey: Redacted.make(canaries.key),
  propagateTrace: true,
}

const meet = (
  { run, sent }: Call,
  { answer }: Situation,
  more: Partial<Np6Options> = { retry: RetryPolicy.none },
) => {
  const { requests, layer } = recording([() => answer(sent)], { ...options, ...more })
  return Effect.gen(function* () {
    const seen = yield* watch(Effect.flatMap(Targets, run).pipe(Effect.provide(layer)))
    assert.isAbove(requests.length, 0)
    assertNothingLeaks(seen)
    if (requests.length > 1) assert.include(seen.traces.join("\n"), "is retried")
    return requests.length
  })
}

describe("nothing that was sent is in any view of a failure, its spans or its logs:", () => {
  for (const call of calls) {
    describe(call.operation, () => {
      for (const situation of situations) {
        it.effect(`after ${situation.name}`, () => meet(call, situation))
      }
    })
  }
})

describe("nor is it disguised:", () => {
  for (const call of calls.filter(({ operation }) => operation === "targets.upsert")) {
    for (const situation of disguises) {
      it.effect(`after ${situation.name}`, () => meet(call, situation))
    }
  }
})

describe("nor with retries, and what they log:", () => {
  for (const call of calls.filter(({ operation }) => /\.(?:get|stream|upsert)$/.test(operation))) {
    for (const situation of situations.filter(({ name }) => /^(?:429|503|no answer)/.test(name))) {
      it.effect(`${call.operation} after ${situation.name}`, () =>
        Effect.gen(function* () {
          const sent = yield* meet(call, situation, {})
          if (!situation.name.includes("permission")) assert.isAbove(sent, 1)
        }))
    }
  }
})
