import { assert, describe, it } from "@effect/vitest"
import { Bulk, InvalidInput, RetryPolicy, TargetModel, Targets } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Exit, Fiber, Logger, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import { HttpClient } from "effect/http"
import { recording, sampleTarget, status } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const newsletter = 12345
const emails = (count: number, prefix = "c") =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}@example.com`)
const upsert = (email: string) => ({ unicity: email, values: { 8103: email } })
type Outcomes = Stream.Stream<Bulk.Outcome<string, unknown, unknown>, unknown>
const tags = (outcomes: ReadonlyArray<{ readonly _tag: string }>) =>
  outcomes.map(({ _tag }) => _tag)
const sandbox = Sandbox.layerTargets()
const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) => inTime(Stream.runCollect(stream))

describe("a bulk upsert", () => {
  it.effect("gives every input its outcome, in order, with its value and its attempts", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      yield* np6.script({ skip: 3, fault: Fault.status(503) }, {
        on: { operation: "targets.upsert" },
        skip: 10,
        fault: Fault.reset({ applied: true }),
      })
      const inputs = emails(50)
      const outcomes = yield* collect(Stream.fromIterable(inputs).pipe(Bulk.upsert(upsert)))
      assert.deepStrictEqual(outcomes.map(({ input }) => input), inputs)
      assert.deepStrictEqual(new Set(tags(outcomes)), new Set(["Done"]))
      const attempts = outcomes.map((outcome) => outcome._tag === "Done" ? outcome.attempts : 0)
      assert.strictEqual(attempts.reduce((sum, n) => sum + n), (yield* np6.requests).length)
      assert.strictEqual((yield* np6.state).targets.length, 50)
    }).pipe(Effect.provide(sandbox)))

  it.effect("goes on after a failure, and hands back the input with its error", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const inputs = [{ email: "a@b.c", line: 1 }, { email: "", line: 2 }, {
        email: "d@e.f",
        line: 3,
      }]
      const outcomes = yield* collect(
        Stream.fromIterable(inputs).pipe(Bulk.upsert(({ email }) => upsert(email))),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Done"])
      const [, failed] = outcomes
      assert.isTrue(failed?._tag === "Failed" && failed.error._tag === "InvalidInput")
      assert.strictEqual(failed?.input.line, 2)
      assert.strictEqual((yield* np6.requests).length, 2)
    }).pipe(Effect.provide(sandbox)))

  it.effect("goes on after an input that can't be read", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const circle: Array<unknown> = []
      // No program with types has these.
      const unreadable: ReadonlyArray<unknown> = [circle, [1n], { toString: () => "a@b.c" }]
      circle.push(circle)
      const outcomes = yield* collect(
        Stream.fromIterable(["a@b.c", ...unreadable, "d@e.f"]).pipe(
          Bulk.upsert((input) => upsert(input as string)),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Failed", "Failed", "Done"])
      assert.strictEqual((yield* np6.requests).length, 2)
    }).pipe(Effect.provide(sandbox)))

  it.effect("runs no more calls at once than it is told", () => {
    let running = 0
    let most = 0
    const { layer } = recording([() => Response.json(sampleTarget)], {
      transformClient: HttpClient.transformResponse((response) =>
        Effect.acquireUseRelease(
          Effect.sync(() => most = Math.max(most, ++running)),
          () => Effect.andThen(Effect.sleep("1 second"), response),
          () => Effect.sync(() => running--),
        )
      ),
    })
    return Effect.gen(function* () {
      for (const concurrency of [1, 3, 16]) {
        most = 0
        const inputs = Stream.fromIterable(emails(40))
        yield* collect(inputs.pipe(Bulk.upsert(upsert, { concurrency })))
        assert.strictEqual(most, concurrency)
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("without order hands on what is done first", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      yield* np6.script({ fault: Fault.latency("10 seconds") })
      const outcomes = yield* collect(
        Stream.fromIterable(emails(4)).pipe(Bulk.upsert(upsert, { ordered: false })),
      )
      assert.strictEqual(outcomes.at(-1)?.input, "c0@example.com")
    }).pipe(Effect.provide(sandbox)))

  it.effect("lets the later of two inputs for one target win, whatever happens to the first", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      yield* np6.script({ fault: Fault.latency("5 seconds", Fault.status(503)) })
      const names = ["first", "second", "third"]
      const outcomes = yield* collect(
        Stream.fromIterable(names).pipe(
          Bulk.upsert((name) => ({
            unicity: name === "second" ? "A@B.C" : "a@b.c",
            values: { 8102: name, 8103: "a@b.c" },
          }), { ordered: false }),
        ),
      )
      assert.deepStrictEqual(outcomes.map(({ input }) => input), names)
      const log = (yield* np6.requests).map(({ body }) => JSON.parse(body)["8102"])
      assert.deepStrictEqual(log, ["first", "first", "second", "third"])
    }).pipe(Effect.provide(sandbox)))

  it.effect("holds no more than its window of a source that never ends", () => {
    let taken = 0
    const { layer } = recording([() => Response.json(sampleTarget)])
    return Effect.gen(function* () {
      const endless = Stream.fromEffectRepeat(Effect.sync(() => `c${taken++}@example.com`))
      yield* endless.pipe(
        Bulk.upsert(upsert, { concurrency: 4 }),
        Stream.tap(() => Effect.sync(() => assert.isAtMost(taken, 120))),
        Stream.take(100),
        Stream.runDrain,
      )
    }).pipe(Effect.provide(layer))
  })
})

describe("an interrupted run", () => {
  it.effect("says what became of every input that was taken", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      yield* np6.script({ on: { operation: "targets.upsert" }, skip: 1, fault: Fault.hang() })
      const unfinished: Array<{ readonly _tag: string; readonly input: string }> = []
      const delivered: Array<string> = []
      const fiber = yield* Stream.fromIterable(emails(6)).pipe(
        Bulk.upsert(upsert, {
          concurrency: 3,
          onUnfinished: (outcomes) => Effect.sync(() => unfinished.push(...outcomes)),
        }),
        Stream.runForEach(({ input }) => Effect.sync(() => delivered.push(input))),
        Effect.forkChild,
      )
      const answered = Effect.map(
        Effect.andThen(Effect.yieldNow, np6.requests),
        (log) => log.filter(({ status }) => status === 200).length,
      )
      yield* Effect.repeat(answered, { until: (count) => count === 3 && delivered.length === 1 })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(delivered, ["c0@example.com"])
      assert.deepStrictEqual(unfinished.map(({ _tag, input }) => `${_tag} ${input}`), [
        "Interrupted c1@example.com",
        "Done c2@example.com",
        "Done c3@example.com",
      ])
    }).pipe(Effect.provide(sandbox)))

  const handedOn: Readonly<
    Record<string, (outcomes: Outcomes, seen: Array<string>) => Effect.Effect<unknown, unknown>>
  > = {
    "while its consumer is in the middle of a chunk": (outcomes, seen) =>
      Effect.timeoutOption(
        Stream.runForEach(outcomes, ({ input }) =>
          Effect.suspend(() => seen.push(input) === 3 ? Effect.never : Effect.void)),
        "1 minute",
      ),
    "whose consumer has enough": (outcomes, seen) =>
      outcomes.pipe(
        Stream.take(3),
        Stream.runForEach(({ input }) => Effect.sync(() => seen.push(input))),
      ),
  }
  for (const [when, consume] of Object.entries(handedOn)) {
    it.effect(`${when}, leaves over what wasn't handed on`, () =>
      Effect.gen(function* () {
        const targets = yield* Targets
        const ids = yield* seeded
        const seen: Array<string> = []
        const unfinished: Array<string> = []
        const outcomes = Stream.fromIterable(ids).pipe(
          Bulk.delete("id", (id) => id, {
            chunkSize: 5,
            onUnfinished: (rest) =>
              Effect.sync(() => unfinished.push(...rest.map(({ _tag, input }) => _tag + input))),
          }),
          Stream.provideService(Targets, targets),
        )
        yield* inTime(consume(outcomes, seen))
        assert.deepStrictEqual(seen, ids.slice(0, 3))
        assert.deepStrictEqual(unfinished, ids.slice(3).map((id) => `Done${id}`))
      }).pipe(Effect.provide(sandbox)))
  }

  it.effect("tells what was sent apart from what wasn't", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      // The first hangs; the second waits for its retry after a 429, which applied nothing.
      yield* np6.script({ fault: Fault.hang() }, { fault: Fault.rateLimited({ retryAfter: 30 }) })
      const unfinished: Array<unknown> = []
      const run = yield* Stream.make("a@b.c", "d@e.f", "A@B.C").pipe(
        Bulk.upsert(upsert, {
          onUnfinished: (outcomes) => Effect.sync(() => unfinished.push(...outcomes)),
        }),
        Stream.runDrain,
        Effect.forkChild,
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(run)
      assert.deepStrictEqual(unfinished, [
        { _tag: "Interrupted", input: "a@b.c", applied: "unknown" },
        { _tag: "NotTried", input: "d@e.f", applied: "no" },
        { _tag: "NotTried", input: "A@B.C", applied: "no" },
      ])
    }).pipe(Effect.provide(sandbox)))

  it.effect("counts them in the log where no callback gets them", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      yield* np6.script({ on: { operation: "targets.upsert" }, skip: 1, fault: Fault.hang() })
      const logged: Array<unknown> = []
      const logger = Logger.make(({ fiber, logLevel, message }) => {
        logged.push([logLevel, message, fiber.getRef(References.CurrentLogAnnotations)])
      })
      const run = yield* Stream.make("a@b.c", "d@e.f", "D@E.F", "g@h.i").pipe(
        Bulk.upsert(upsert),
        Stream.runDrain,
        Effect.provide(Logger.layer([logger])),
        Effect.forkChild,
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(run)
      assert.deepStrictEqual(logged, [[
        "Warn",
        ["A bulk run was interrupted before all outcomes were handed on; `onUnfinished` gets them"],
        { done: 1, failed: 0, interrupted: 1, notTried: 1 },
      ]])
    }).pipe(Effect.provide(sandbox)))

  it.effect("has nothing to say when everything was handed on", () =>
    Effect.gen(function* () {
      let called = 0
      yield* Stream.fromIterable(emails(6)).pipe(
        Bulk.upsert(upsert, { onUnfinished: () => Effect.sync(() => called++) }),
        Stream.runDrain,
      )
      assert.strictEqual(called, 0)
    }).pipe(Effect.provide(sandbox)))
})

describe("a run", () => {
  it.effect("of a source that fails ends with its error, after the calls in flight", () =>
    Effect.gen(function* () {
      const source = Stream.concat(Stream.make(1, 2, 3), Stream.fail("the file ends here"))
      const seen: Array<string> = []
      const error = yield* source.pipe(
        Bulk.forEach((n) => Effect.as(Effect.sleep(n * 1000), n)),
        Stream.runForEach(({ _tag }) => Effect.sync(() => seen.push(_tag))),
        Effect.flip,
        inTime,
      )
      assert.strictEqual(error, "the file ends here")
      assert.deepStrictEqual(seen, ["Done", "Done", "Done"])
    }))

  it.effect("of a service with a bug ends with it", () =>
    Effect.gen(function* () {
      const targets = yield* Targets
      const exit = yield* Stream.make("a@b.c", "d@e.f").pipe(
        Bulk.upsert(upsert),
        Stream.runDrain,
        Effect.provideService(Targets, { ...targets, upsert: () => Effect.die("a bug") }),
        Effect.exit,
        inTime,
      )
      assert.isTrue(Exit.hasDies(exit))
    }).pipe(Effect.provide(sandbox)))

  it.effect("of an effect that interrupts itself is interrupted", () =>
    Effect.gen(function* () {
      const exit = yield* Stream.make(1, 2).pipe(
        Bulk.forEach(() => Effect.interrupt),
        Stream.runDrain,
        Effect.exit,
        inTime,
      )
      assert.isTrue(Exit.hasInterrupts(exit))
    }))

  it.effect("within a run is one of its own", () =>
    Effect.gen(function* () {
      const outcomes = yield* collect(
        Stream.make("x", "y").pipe(
          Bulk.forEach((prefix) =>
            Stream.runCollect(Stream.fromIterable(emails(3, prefix)).pipe(Bulk.upsert(upsert)))
          ),
        ),
      )
      const values = outcomes.map((outcome) =>
        outcome._tag === "Done" ? tags(outcome.value) : outcome._tag
      )
      assert.deepStrictEqual(values, [["Done", "Done", "Done"], ["Done", "Done", "Done"]])
    }).pipe(Effect.provide(sandbox)))
})

const seeded = Effect.gen(function* () {
  const targets = yield* Targets
  const made = yield* Effect.forEach(emails(5), (email) => targets.create({ 8103: email }))
  return made.map(({ id }) => String(id))
})

describe("the other operators", () => {
  it.effect("create, update, add, remove", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const ids = yield* seeded
      const inputs = Stream.fromIterable(ids)
      const created = yield* collect(
        Stream.make("new@example.com", "c1@example.com").pipe(
          Bulk.create((email) => ({ 8103: email })),
        ),
      )
      assert.deepStrictEqual(tags(created), ["Done", "Failed"])
      yield* collect(inputs.pipe(Bulk.update((id) => ({ id, values: { 8102: id } }))))
      yield* collect(inputs.pipe(Stream.take(3), Bulk.addToSegment(newsletter, (id) => id)))
      const again = yield* collect(inputs.pipe(Bulk.addToSegment(newsletter, (id) => id)))
      assert.deepStrictEqual(tags(again), ["Failed", "Failed", "Failed", "Done", "Done"])
      const removed = yield* collect(
        inputs.pipe(Stream.take(2), Bulk.removeFromSegment(newsletter, (id) => id)),
      )
      assert.deepStrictEqual(tags(removed), ["Done", "Done"])
      const { targets } = yield* np6.state
      assert.deepStrictEqual(targets.slice(0, 5).map(({ fields }) => fields["8102"]), ids)
      assert.deepStrictEqual(targets.map(({ segments }) => segments.length), [0, 0, 1, 1, 1, 0])
    }).pipe(Effect.provide(sandbox)))

  it.effect("ensure that a target exists and is in a segment, done twice or not", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const run = collect(
        Stream.fromIterable(emails(5)).pipe(Bulk.ensureInSegment(newsletter, upsert)),
      )
      yield* run
      const outcomes = yield* run
      assert.deepStrictEqual(new Set(tags(outcomes)), new Set(["Done"]))
      const { targets } = yield* np6.state
      assert.isTrue(
        targets.length === 5 && targets.every(({ segments }) => segments[0] === newsletter),
      )
    }).pipe(Effect.provide(sandbox)))

  it.effect("ensure nothing about a segment that doesn't exist", () =>
    Effect.gen(function* () {
      const outcomes = yield* collect(Stream.make("a@b.c").pipe(Bulk.ensureInSegment(99, upsert)))
      const [outcome] = outcomes
      assert.isTrue(outcome?._tag === "Failed" && outcome.error._tag === "NotFound")
    }).pipe(Effect.provide(sandbox)))

  it.effect("take any failure", () =>
    Effect.gen(function* () {
      const failures = [null, undefined, "Unauthorized", 403, {}]
      const outcomes = yield* collect(Stream.fromIterable(failures).pipe(Bulk.forEach(Effect.fail)))
      assert.deepStrictEqual(
        outcomes,
        failures.map((error) => ({ _tag: "Failed" as const, input: error, error })),
      )
    }))

  it.effect("take any call", () =>
    Effect.gen(function* () {
      yield* seeded
      const outcomes = yield* collect(
        Stream.make("c1@example.com", "nobody@example.com").pipe(
          Bulk.forEach((email) => Targets.use((targets) => targets.getByUnicity(email))),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed"])
    }).pipe(Effect.provide(sandbox)))
})

describe("a bulk deletion", () => {
  for (const by of ["id", "unicity"] as const) {
    it.effect(`by ${by} goes in chunks, and says of every input whether it was there`, () =>
      Effect.gen(function* () {
        const np6 = yield* Sandbox
        const ids = yield* seeded
        const known = by === "id" ? ids : emails(5)
        const inputs = [...known, by === "id" ? "0000000X" : "nobody@example.com", ""]
        const before = (yield* np6.requests).length
        const outcomes = yield* collect(
          Stream.fromIterable(inputs).pipe(Bulk.delete(by, (value) => value, { chunkSize: 3 })),
        )
        assert.deepStrictEqual(
          outcomes.map((outcome) => outcome._tag === "Done" ? outcome.value : outcome._tag),
          ["Deleted", "Deleted", "Deleted", "Deleted", "Deleted", "NotFound", "Failed"],
        )
        assert.deepStrictEqual(outcomes.map(({ input }) => input), inputs)
        assert.strictEqual((yield* np6.requests).length - before, 2)
        assert.strictEqual((yield* np6.state).targets.length, 0)
      }).pipe(Effect.provide(sandbox)))
  }

  const problems = {
    id: ["a target id is 1 to 64 letters, digits, _ or -", "Expected string"],
    unicity: ["a criterion is empty", "it can't be read"],
  }
  for (const by of ["id", "unicity"] as const) {
    it.effect(`by ${by} says why it sends nothing for an input`, () => {
      const { requests, layer } = recording([() => Response.json([])])
      return Effect.gen(function* () {
        const { proxy, revoke } = Proxy.revocable([], {})
        revoke()
        // No program with types has the second.
        const inputs: ReadonlyArray<unknown> = ["", proxy]
        const outcomes = yield* collect(
          Stream.fromIterable(inputs).pipe(Bulk.delete(by, (input) => input as string)),
        )
        const refused = {
          operation: "targets.deleteMany",
          applied: "no",
          attempts: 0,
          input: by,
        } as const
        assert.deepStrictEqual(
          outcomes.map((outcome) => outcome._tag === "Failed" ? outcome.error : undefined),
          problems[by].map((problem) => new InvalidInput({ ...refused, problem })),
        )
        assert.strictEqual(requests.length, 0)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("whose report is lost doesn't claim to know", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const ids = yield* seeded
      yield* np6.script({
        on: { operation: "targets.deleteMany" },
        fault: Fault.reset({ applied: true }),
      })
      const outcomes = yield* collect(
        Stream.fromIterable(ids).pipe(Bulk.delete("id", (id) => id)),
      )
      assert.deepStrictEqual(
        outcomes.map((outcome) => outcome._tag === "Done" ? outcome.value : outcome._tag),
        ids.map(() => "Unknown"),
      )
      assert.strictEqual((yield* np6.state).targets.length, 0)
    }).pipe(Effect.provide(sandbox)))

  for (const by of ["id", "unicity"] as const) {
    it.effect(`by ${by} that finds none of a chunk says so of each`, () =>
      Effect.gen(function* () {
        const inputs = by === "id" ? ["0000000X", "0000000Y"] : emails(2)
        const outcomes = yield* collect(
          Stream.fromIterable(inputs).pipe(Bulk.delete(by, (value) => value)),
        )
        assert.deepStrictEqual(
          outcomes.map((outcome) => outcome._tag === "Done" ? outcome.value : outcome._tag),
          ["NotFound", "NotFound"],
        )
      }).pipe(Effect.provide(sandbox)))
  }

  it.effect("that fails, fails for every input of its chunk, and for no other", () => {
    const { layer } = recording([status(400), () => Response.json([])], { retry: RetryPolicy.none })
    return Effect.gen(function* () {
      const outcomes = yield* collect(
        Stream.fromIterable(emails(4)).pipe(
          Bulk.delete("unicity", (email) => email, { chunkSize: 2, concurrency: 1 }),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Failed", "Failed", "Done", "Done"])
    }).pipe(Effect.provide(layer))
  })
})

describe("a model in bulk", () => {
  it.effect("writes contacts by name, and hands back those that don't fit", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const Contact = TargetModel.make({
        email: TargetModel.text(8103),
        title: TargetModel.choice(8101, ["Mr", "Mrs"]),
      }, { unicity: "email" })
      const contacts = yield* Contact.operations
      const outcomes = yield* collect(
        Stream.make({ email: "a@b.c", title: "Mr" } as const, { email: "" }, { email: "d@e.f" })
          .pipe(
            Bulk.forEach((contact) => contacts.upsert(contact), { key: ({ email }) => email }),
          ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Done"])
      const [first] = outcomes
      assert.strictEqual(first?._tag === "Done" && first.value.values.title, "Mr")
      assert.strictEqual((yield* np6.state).targets.length, 2)
    }).pipe(Effect.provide(sandbox)))
})
