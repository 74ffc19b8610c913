import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Clock, Effect, Fiber } from "effect"
import { json, recording, sampleTarget, status, transport } from "../harness/recording.ts"
import { nextTurn } from "../harness/time.ts"

/** A clock that stands still, and counts who sleeps by it. */
const makeClock = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const sleepers = { ever: 0, now: 0 }
  const counting: Clock.Clock = {
    currentTimeMillis: clock.currentTimeMillis,
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
    currentTimeNanos: clock.currentTimeNanos,
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    sleep: () =>
      Effect.suspend(() => {
        sleepers.ever++
        sleepers.now++
        return Effect.never
      }).pipe(Effect.ensuring(Effect.sync(() => void sleepers.now--))),
  }
  return { counting, sleepers }
})

const calls: ReadonlyArray<
  readonly [
    name: string,
    answer: Parameters<typeof recording>[0][number],
    run: (targets: Targets["Service"]) => Effect.Effect<unknown, unknown>,
  ]
> = [
  ["has a value", json(sampleTarget), (targets) => targets.get("000MLGPR")],
  ["has a list", json([sampleTarget]), (targets) => targets.list],
  ["has nothing to say", status(204), (targets) => targets.delete("000MLGPR")],
  ["says more than it has to", json({}), (targets) => targets.delete("000MLGPR")],
  ["is refused", status(404), (targets) => targets.get("000MLGPR")],
  ["gets no answer", transport.reset, (targets) => targets.get("000MLGPR")],
  ["can't be read", status(200, "no JSON"), (targets) => targets.get("000MLGPR")],
]

describe("no timer is left of a call that", () => {
  for (const [name, answer, run] of calls) {
    it.effect(name, () => {
      const { layer } = recording([answer], { retry: RetryPolicy.none })
      return Effect.gen(function* () {
        const { counting, sleepers } = yield* makeClock
        const targets = yield* Targets
        yield* Effect.exit(run(targets)).pipe(Effect.provideService(Clock.Clock, counting))
        assert.isAbove(sleepers.ever, 0)
        assert.strictEqual(sleepers.now, 0)
      }).pipe(Effect.provide(layer))
    })
  }

  const unanswered: ReadonlyArray<readonly [string, (typeof calls)[number][1]]> = [
    ["is interrupted before its answer", () => "never"],
    ["is interrupted within its answer", () => new Response(new ReadableStream({}))],
  ]
  for (const [name, answer] of unanswered) {
    for (const operation of ["get", "delete"] as const) {
      it.effect(`${name}: ${operation}`, () => {
        const { layer } = recording([answer])
        return Effect.gen(function* () {
          const { counting, sleepers } = yield* makeClock
          const targets = yield* Targets
          const fiber = yield* Effect.forkChild(
            Effect.provideService(targets[operation]("000MLGPR"), Clock.Clock, counting),
            { startImmediately: true },
          )
          yield* nextTurn
          assert.isAbove(sleepers.now, 0)
          yield* Fiber.interrupt(fiber)
          assert.strictEqual(sleepers.now, 0)
        }).pipe(Effect.provide(layer))
      })
    }
  }
})
