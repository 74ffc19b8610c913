import { assert, describe, it } from "@effect/vitest"
import { Bulk, Targets } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { recording, status } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const newsletter = 12345
const address = "jane@example.com"
const key = () => "the same"

/** Lets everything run that can. */
const settle = TestClock.adjust("1 millis")

it.effect("inputs without a key don't wait for each other", () =>
  Effect.gen(function* () {
    const started: Array<string> = []
    const fiber = yield* Stream.make("first", "second", "third").pipe(
      Bulk.forEach((name) => {
        started.push(name)
        return Effect.never
      }),
      Stream.runDrain,
      Effect.forkChild,
    )
    yield* settle
    yield* Fiber.interrupt(fiber)
    assert.deepStrictEqual(started, ["first", "second", "third"])
  }))

describe("inputs of one key", () => {
  it.effect("go one after another, whatever is done and taken meanwhile", () =>
    Effect.gen(function* () {
      const started: Array<string> = []
      const [first, second, taken] = yield* Effect.all([
        Deferred.make<void>(),
        Deferred.make<void>(),
        Deferred.make<void>(),
      ])
      const ends = new Map([["first", first], ["second", second]])
      const source = Stream.concat(
        Stream.make("first", "second"),
        Stream.fromEffect(Effect.as(Deferred.await(taken), "third")),
      )
      const run = source.pipe(
        Bulk.forEach((name: string) => {
          started.push(name)
          const end = ends.get(name)
          return end === undefined ? Effect.void : Deferred.await(end)
        }, { key }),
        Stream.runDrain,
      )
      const fiber = yield* Effect.forkChild(run)
      yield* settle
      assert.deepStrictEqual(started, ["first"])
      yield* Deferred.succeed(first, undefined)
      yield* settle
      assert.deepStrictEqual(started, ["first", "second"])
      yield* Deferred.succeed(taken, undefined)
      yield* settle
      assert.deepStrictEqual(started, ["first", "second"])
      yield* Deferred.succeed(second, undefined)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(started, ["first", "second", "third"])
    }))

  it.effect("that wait when the run is interrupted were not tried", () =>
    Effect.gen(function* () {
      const unfinished: Array<string> = []
      const fiber = yield* Stream.make("first", "second").pipe(
        Bulk.forEach(() => Effect.never, {
          key,
          onUnfinished: (rest) =>
            Effect.sync(() =>
              unfinished.push(...rest.map(({ _tag, input }) => `${_tag} ${input}`))
            ),
        }),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* settle
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(unfinished, ["Interrupted first", "NotTried second"])
    }))

  it.effect("that wait when the run is interrupted need nobody who hears of it", () =>
    Effect.gen(function* () {
      const fiber = yield* Stream.make("first", "second").pipe(
        Bulk.forEach(() => Effect.never, { key }),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* settle
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      assert.isTrue(
        Exit.isFailure(exit) && exit.cause.reasons.every(({ _tag }) => _tag === "Interrupt"),
      )
    }))

  it.effect("that wait when the API key is refused are not tried", () =>
    Effect.gen(function* () {
      const started: Array<string> = []
      const { layer } = recording([status(401)])
      const outcomes: Array<string> = []
      const error = yield* Stream.make("first", "second").pipe(
        Bulk.forEach((name) => {
          started.push(name)
          // Not at once, so that the second is waiting.
          return Effect.delay(Targets.use((targets) => targets.get("000MLGPR")), "1 second")
        }, { key }),
        Stream.runForEach(({ _tag, input }) =>
          Effect.sync(() => outcomes.push(`${_tag} ${input}`))
        ),
        Effect.flip,
        inTime,
        Effect.provide(layer),
      )
      assert.strictEqual(error._tag, "Unauthorized")
      assert.deepStrictEqual(started, ["first"])
      assert.deepStrictEqual(outcomes, ["NotTried first", "NotTried second"])
    }))

  type Step = (names: Stream.Stream<string>, id: string) => Stream.Stream<unknown, unknown, Targets>
  const values = (name: string) => ({ 8102: name })
  const operators: { readonly [name: string]: Step } = {
    update: (names, id) =>
      names.pipe(Bulk.update((name) => ({ id, values: values(name) }), { ordered: false })),
    ensureInSegment: (names) =>
      names.pipe(
        Bulk.ensureInSegment(
          newsletter,
          (name) => ({ unicity: address, values: { ...values(name), 8103: address } }),
          { ordered: false },
        ),
      ),
  }
  for (const [operator, run] of Object.entries(operators)) {
    it.effect(`are those for one target, of ${operator} too`, () =>
      Effect.gen(function* () {
        const targets = yield* Targets
        const np6 = yield* Sandbox
        const { id } = yield* targets.create({ 8103: address })
        yield* np6.script({ fault: Fault.latency("5 seconds") })
        yield* inTime(Stream.runDrain(run(Stream.make("first", "second"), id)))
        const { targets: [jane] } = yield* np6.state
        assert.strictEqual(jane?.fields[8102], "second")
      }).pipe(Effect.provide(Sandbox.layerTargets())))
  }

  it.effect("are those that take one target into a segment or out of it", () =>
    Effect.gen(function* () {
      const targets = yield* Targets
      const np6 = yield* Sandbox
      const { id } = yield* targets.create({ 8103: address })
      const toId = () => id
      const twice = Stream.make("once", "again")
      const runs = [
        Stream.runDrain(twice.pipe(Bulk.addToSegment(newsletter, toId))),
        Stream.runDrain(twice.pipe(Bulk.removeFromSegment(newsletter, toId))),
      ]
      for (const run of runs) {
        const before = (yield* np6.requests).length
        yield* np6.script({ fault: Fault.latency("5 seconds") })
        const fiber = yield* Effect.forkChild(run)
        yield* TestClock.adjust("4 seconds")
        assert.strictEqual((yield* np6.requests).length - before, 1)
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(fiber)
        assert.strictEqual((yield* np6.requests).length - before, 2)
      }
    }).pipe(Effect.provide(Sandbox.layerTargets())))
})
