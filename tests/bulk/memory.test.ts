import { assert, it } from "@effect/vitest"
import { Bulk } from "@effect-np6/targets"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { nextTurn } from "../harness/time.ts"

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

interface Input {
  readonly n: number
}

const count = 1_000
const keys: { readonly [what: string]: (input: Input) => string } = {
  "a key of its own": ({ n }) => `${n}`,
  "the same key": () => "the same",
}
for (const [what, key] of Object.entries(keys)) {
  it.effect(`a run that goes on keeps none of the inputs that are done, each with ${what}`, () =>
    Effect.gen(function* () {
      const inputs: Array<WeakRef<Input>> = []
      const atLast = yield* Deferred.make<void>()
      const source = Stream.range(1, count).pipe(
        Stream.rechunk(1),
        Stream.map((n) => {
          const input = { n }
          inputs.push(new WeakRef(input))
          return input
        }),
      )
      const fiber = yield* source.pipe(
        Bulk.forEach(
          ({ n }) =>
            n === count
              ? Effect.andThen(Deferred.succeed(atLast, undefined), Effect.never)
              : Effect.yieldNow,
          { key },
        ),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* Deferred.await(atLast)
      yield* TestClock.adjust("1 millis")
      // Whatever was looked at in a turn is kept until its end.
      yield* nextTurn
      collectGarbage()
      const kept = inputs.filter((input) => input.deref() !== undefined)
      // The last one is not done, and of the machinery's last steps a few may be left.
      assert.isBelow(kept.length, count / 10)
      yield* Fiber.interrupt(fiber)
    }))
}
