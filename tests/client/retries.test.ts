import { assert, describe, it } from "@effect/vitest"
import { Np6, RetryPolicy, Targets } from "@effect-np6/targets"
import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
import {
  Clock,
  Duration,
  Effect,
  Fiber,
  Logger,
  Random,
  References,
  Schedule,
  Stream,
} from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { operations } from "../harness/operations.ts"
import { json, recording, sampleTarget, status, transport } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const newsletter = 12345
const address = "jane@example.com"

const setUp = Effect.gen(function* () {
  const targets = yield* Targets
  const sandbox = yield* Sandbox
  const jane = yield* targets.upsert(address, { 8103: address })
  const joe = yield* targets.upsert("joe@example.com", { 8103: "joe@example.com" })
  yield* targets.addToSegment(joe.id, newsletter)
  return { targets, sandbox, jane, joe }
})
type World = Effect.Success<typeof setUp>

// Each write, and how its effect shows in the sandbox.
const writes = {
  upsert: {
    run: ({ targets }: World) => targets.upsert("new@example.com", { 8103: "new@example.com" }),
    isDone: (state) => state.targets.length === 3,
  },
  update: {
    run: ({ targets, jane }: World) => targets.update(jane.id, { 8102: "Doe" }),
    isDone: (state) => state.targets[0]?.fields["8102"] === "Doe",
  },
  addToSegment: {
    run: ({ targets, jane }: World) => targets.addToSegment(jane.id, newsletter),
    isDone: (state) => state.targets[0]?.segments.includes(newsletter) === true,
  },
  removeFromSegment: {
    run: ({ targets, joe }: World) => targets.removeFromSegment(joe.id, newsletter),
    isDone: (state) => state.targets[1]?.segments.length === 0,
  },
  delete: {
    run: ({ targets, jane }: World) => targets.delete(jane.id),
    isDone: (state) => state.targets.length === 1,
  },
  deleteMany: {
    run: ({ targets, jane, joe }: World) =>
      targets.deleteMany({ type: "id", value: [jane.id, joe.id] }),
    isDone: (state) => state.targets.length === 0,
  },
} satisfies {
  readonly [operation: string]: {
    readonly run: (world: World) => Effect.Effect<unknown, unknown>
    readonly isDone: (state: Effect.Success<Sandbox["Service"]["state"]>) => boolean
  }
}
const lostAnswers = {
  "lost before it took effect": Fault.reset({ applied: false }),
  "lost after it took effect": Fault.reset({ applied: true }),
  "a 500 after it took effect": Fault.status(500, { applied: true }),
  "cut off after it took effect": Fault.truncate({ bytes: 3 }),
}

describe("a call whose answer is", () => {
  for (const [name, fault] of Object.entries(lostAnswers)) {
    for (const [operation, { run, isDone }] of Object.entries(writes)) {
      // A 204 has no body that could be cut off.
      if (fault._tag === "Truncate" && !["upsert", "update", "deleteMany"].includes(operation)) {
        continue
      }
      it.effect(`${name} is replayed, and done: ${operation}`, () =>
        Effect.gen(function* () {
          const world = yield* setUp
          const before = (yield* world.sandbox.requests).length
          yield* world.sandbox.script({ fault })
          yield* inTime<unknown, unknown, never>(run(world))
          assert.strictEqual((yield* world.sandbox.requests).length - before, 2)
          assert.isTrue(isDone(yield* world.sandbox.state))
        }).pipe(Effect.provide(Sandbox.layerTargets())))
    }

    it.effect(`${name} is not replayed for create, which says that it doesn't know`, () =>
      Effect.gen(function* () {
        const { targets, sandbox } = yield* setUp
        const before = (yield* sandbox.requests).length
        yield* sandbox.script({ fault })
        const error = yield* Effect.flip(inTime(targets.create({ 8103: "new@example.com" })))
        assert.propertyVal(error, "applied", "unknown")
        assert.propertyVal(error, "attempts", 1)
        assert.strictEqual((yield* sandbox.requests).length - before, 1)
      }).pipe(Effect.provide(Sandbox.layerTargets())))
  }

  it.effect("lost is a success of a bulk delete, with a report that says it is incomplete", () =>
    Effect.gen(function* () {
      const { targets, sandbox, jane } = yield* setUp
      yield* sandbox.script({ fault: Fault.reset({ applied: true }) })
      const report = yield* inTime(targets.deleteMany({ type: "id", value: [jane.id] }))
      assert.deepStrictEqual(report, { deleted: [], complete: false })
      yield* sandbox.script({ fault: Fault.reset({ applied: false }) })
      const again = yield* inTime(
        targets.deleteMany({ type: "unicity", value: ["joe@example.com"] }),
      )
      assert.deepStrictEqual(again.deleted.map((target) => target.unicity), [["joe@example.com"]])
      assert.isFalse(again.complete)
    }).pipe(Effect.provide(Sandbox.layerTargets())))

  it.effect("a refusal is final: a 404 or 409 at first is the failure it says", () =>
    Effect.gen(function* () {
      const { targets, joe } = yield* setUp
      assert.strictEqual((yield* Effect.flip(targets.delete("0000000X")))._tag, "NotFound")
      const error = yield* Effect.flip(targets.addToSegment(joe.id, newsletter))
      assert.propertyVal(error, "reason", "AlreadyInSegment")
      assert.propertyVal(error, "applied", "no")
    }).pipe(Effect.provide(Sandbox.layerTargets())))

  for (const { operation, run, isRead } of operations) {
    if (operation === "targets.create") continue
    it.effect(`lost again and again is a failure in the end: ${operation}`, () => {
      const { requests, layer } = recording([transport.reset])
      return Effect.gen(function* () {
        const error = yield* Effect.flip(inTime(run(yield* Targets)))
        assert.strictEqual(error._tag, "TransportError")
        assert.propertyVal(error, "applied", isRead ? "no" : "unknown")
        assert.propertyVal(error, "attempts", 3)
        assert.strictEqual(requests.length, 3)
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("lost is done, if the words of what says so never come", () => {
    const { layer } = recording([
      transport.reset,
      () => new Response(new ReadableStream({}), { status: 404 }),
    ])
    return Effect.gen(function* () {
      yield* inTime((yield* Targets).delete("000MLGPR"))
    }).pipe(Effect.provide(layer))
  })

  it.effect("a refusal after a lost one may hide that the call was applied", () => {
    const { layer } = recording([transport.reset, status(403)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(inTime(targets.upsert("a@b.c", {})))
      assert.strictEqual(error._tag, "Forbidden")
      assert.propertyVal(error, "applied", "unknown")
      assert.propertyVal(error, "attempts", 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("a create", () => {
  const surelyNotApplied = {
    "a 429": Fault.rateLimited(),
    "a refused connection": Fault.refuse,
  }
  for (const [name, fault] of Object.entries(surelyNotApplied)) {
    it.effect(`is replayed after ${name}, which surely changed nothing`, () =>
      Effect.gen(function* () {
        const { targets, sandbox } = yield* setUp
        yield* sandbox.script({ fault })
        const target = yield* inTime(targets.create({ 8103: "new@example.com" }))
        assert.strictEqual(target.fields[8103], "new@example.com")
      }).pipe(Effect.provide(Sandbox.layerTargets())))
  }

  const replaying = Np6.withRetryPolicy(RetryPolicy.make({ replayCreate: true }))

  it.effect("that may be replayed creates after an attempt that didn't", () =>
    Effect.gen(function* () {
      const { targets, sandbox } = yield* setUp
      yield* sandbox.script({ fault: Fault.reset({ applied: false }) })
      const target = yield* inTime(replaying(targets.create({ 8103: "new@example.com" })))
      assert.strictEqual(target.fields[8103], "new@example.com")
    }).pipe(Effect.provide(Sandbox.layerTargets())))

  it.effect("that may be replayed is a conflict of unknown effect after one that did", () =>
    Effect.gen(function* () {
      const { targets, sandbox } = yield* setUp
      yield* sandbox.script({ fault: Fault.reset({ applied: true }) })
      const error = yield* Effect.flip(
        inTime(replaying(targets.create({ 8103: "new@example.com" }))),
      )
      assert.strictEqual(error._tag, "Conflict")
      assert.propertyVal(error, "applied", "unknown")
      assert.propertyVal(error, "attempts", 2)
    }).pipe(Effect.provide(Sandbox.layerTargets())))
})

describe("the standard policy", () => {
  const transient = [408, 429, 500, 502, 503, 504]
  const final = [301, 400, 401, 403, 404, 409, 410, 413, 422, 501, 505]
  for (const { operation, run } of operations) {
    it.effect(`tries ${operation} three times on what may pass, and once on what won't`, () =>
      Effect.forEach([...transient, ...final], (code) => {
        const { requests, layer } = recording([status(code)])
        return Effect.gen(function* () {
          const error = yield* Effect.flip(inTime(run(yield* Targets)))
          const isReplayed = transient.includes(code) &&
            (operation !== "targets.create" || code === 429)
          assert.strictEqual(requests.length, isReplayed ? 3 : 1, `${code}`)
          assert.propertyVal(error, "attempts", requests.length)
        }).pipe(Effect.provide(layer))
      }, { discard: true }))
  }

  it.effect("waits evenly between nothing and 500 ms, then 1 s, up to 8 s", () => {
    const { requests, layer } = recording([status(500)], {
      retry: RetryPolicy.make({ retries: 7, budget: "unlimited" }),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      for (
        const [random, waits] of [
          [1, [500, 1000, 2000, 4000, 8000, 8000, 8000]],
          [0.5, [250, 500, 1000, 2000, 4000, 4000, 4000]],
        ] as const
      ) {
        requests.length = 0
        const fiber = yield* Effect.forkChild(
          Effect.flip(targets.get("000MLGPR")).pipe(withRandom(random)),
        )
        yield* TestClock.adjust(0)
        for (const [index, wait] of waits.entries()) {
          yield* TestClock.adjust(Duration.millis(wait - 1))
          assert.strictEqual(requests.length, index + 1)
          yield* TestClock.adjust(Duration.millis(1))
          assert.strictEqual(requests.length, index + 2)
        }
        yield* Fiber.join(fiber)
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("draws a different wait for each call", () => {
    const times: Array<number> = []
    const { layer } = recording([status(500)], {
      retry: RetryPolicy.make({ budget: "unlimited" }),
      transformClient: (client) =>
        HttpClient.tapRequest(
          client,
          () => Effect.map(Clock.currentTimeMillis, (now) => times.push(now)),
        ),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 20 }), () => Effect.exit(targets.get("000MLGPR")), {
          concurrency: 20,
        }),
      )
      for (let i = 0; i < 2000; i++) yield* TestClock.adjust(Duration.millis(1))
      yield* Fiber.join(fiber)
      assert.isAtLeast(new Set(times).size, 25)
    }).pipe(Effect.provide(layer), Random.withSeed("waits"))
  })
})

const withRandom = (next: number) =>
  Effect.provideService(Random.Random, { nextDoubleUnsafe: () => next, nextIntUnsafe: () => 0 })

describe("Retry-After", () => {
  const now = Date.parse("2026-11-23T12:00:00Z")
  const headers: ReadonlyArray<readonly [header: string, wait: number | "none" | "gives up"]> = [
    ["0", 0],
    ["7", 7000],
    [" 7 ", 7000],
    ["2.5", 2500],
    ["60", 60_000],
    ["61", "gives up"],
    ["1000000000", "gives up"],
    ["Mon, 23 Nov 2026 12:00:10 GMT", 10_000],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["Fri, 01 Jan 2100 00:00:00 GMT", "gives up"],
    ["-5", "none"],
    ["soon", "none"],
    ["", "none"],
    ["1e3", "none"],
    ["NaN", "none"],
  ]
  for (const code of [429, 503]) {
    for (const [header, wait] of headers) {
      it.effect(`${JSON.stringify(header)} of a ${code}: ${wait}`, () => {
        const { requests, layer } = recording([
          status(code, "", { "retry-after": header }),
          json(sampleTarget),
        ])
        return Effect.gen(function* () {
          yield* TestClock.setTime(now)
          const targets = yield* Targets
          const fiber = yield* Effect.forkChild(
            Effect.exit(targets.get("000MLGPR")).pipe(withRandom(0)),
          )
          yield* TestClock.adjust(0)
          if (wait === "gives up") {
            const error = yield* Effect.flip(Effect.flatten(Fiber.join(fiber)))
            assert.strictEqual(error._tag, code === 429 ? "RateLimited" : "ServerError")
            assert.strictEqual(requests.length, 1)
            assert.isTrue("retryAfter" in error)
            return
          }
          const millis = wait === "none" ? 0 : wait
          if (millis > 0) {
            yield* TestClock.adjust(Duration.millis(millis - 1))
            assert.strictEqual(requests.length, 1)
          }
          yield* TestClock.adjust(Duration.millis(1))
          assert.strictEqual(requests.length, 2)
          assert.strictEqual((yield* Fiber.join(fiber))._tag, "Success")
        }).pipe(Effect.provide(layer))
      })
    }
  }

  it.effect("is a duration on the error, in whatever form it came", () => {
    const { layer } = recording([status(429, "", { "retry-after": "90" })])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.list)
      assert.strictEqual(error._tag, "RateLimited")
      assert.deepStrictEqual("retryAfter" in error && error.retryAfter, Duration.seconds(90))
      assert.include(error.message, "Try again in 1m 30s")
    }).pipe(Effect.provide(layer))
  })

  it.effect("is waited for on top of a jitter, so that clients don't return together", () => {
    const { requests, layer } = recording([
      status(429, "", { "retry-after": "10" }),
      json(sampleTarget),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(targets.get("000MLGPR").pipe(withRandom(1)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(requests.length, 1)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(requests.length, 2)
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layer))
  })
})

describe("a retry policy", () => {
  const attemptsWith = (
    retry: RetryPolicy.RetryPolicy,
    answer: () => Response | { readonly cause: unknown } = status(503),
  ) => {
    const { requests, layer } = recording([answer], { retry })
    return Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 23))
      const targets = yield* Targets
      yield* Effect.flip(inTime(targets.get("000MLGPR")))
      return requests.length
    }).pipe(Effect.provide(layer), withRandom(1))
  }

  it.effect("none never tries again", () =>
    Effect.map(attemptsWith(RetryPolicy.none), (attempts) => assert.strictEqual(attempts, 1)))

  it.effect("none is the standard but for that", () =>
    Effect.map(
      attemptsWith(RetryPolicy.make({ ...RetryPolicy.none, retries: 2 })),
      (attempts) => assert.strictEqual(attempts, 3),
    ))

  it.effect("counts retries", () =>
    Effect.map(
      attemptsWith(RetryPolicy.make({ retries: 5, budget: "unlimited" })),
      (attempts) => assert.strictEqual(attempts, 6),
    ))

  it.effect("ends with its elapsed time, before a wait that would go beyond it", () =>
    Effect.map(
      // Waits of 0.5, 1, 2 and 4 s: the fourth would end after 7.5 s.
      attemptsWith(
        RetryPolicy.make({ retries: 100, maxElapsed: "7 seconds", budget: "unlimited" }),
      ),
      (attempts) => assert.strictEqual(attempts, 4),
    ))

  it.effect("caps its waits", () =>
    Effect.map(
      // Waits of 0.5, 1, 1, 1 … s: as many as fit into 10 s.
      attemptsWith(RetryPolicy.make({
        retries: 100,
        maxDelay: "1 second",
        maxElapsed: "10 seconds",
        budget: "unlimited",
      })),
      (attempts) => assert.strictEqual(attempts, 11),
    ))

  it.effect("follows a schedule of Effect's for as long as it goes on", () =>
    Effect.map(
      attemptsWith(RetryPolicy.make({ schedule: Schedule.recurs(4) })),
      (attempts) => assert.strictEqual(attempts, 5),
    ))

  const waits = RetryPolicy.make({
    schedule: Schedule.upTo(Schedule.spaced("10 seconds"), { times: 3 }),
  })
  const jitters: ReadonlyArray<
    readonly [name: string, retry: () => RetryPolicy.RetryPolicy, millis: number]
  > = [
    ["of a schedule waits as it says", () => waits, 30_000],
    ["of a schedule has a jitter when told to", () => ({ ...waits, jitter: true }), 15_000],
  ]
  for (const [name, retry, millis] of jitters) {
    it.effect(name, () => {
      const { layer } = recording([status(503)], { retry: retry() })
      return Effect.gen(function* () {
        const targets = yield* Targets
        const [elapsed] = yield* inTime(Effect.timed(Effect.flip(targets.get("000MLGPR"))))
        assert.strictEqual(Duration.toMillis(elapsed), millis)
      }).pipe(Effect.provide(layer), withRandom(0.5))
    })
  }

  it.effect("lets a schedule look at the failure", () =>
    Effect.gen(function* () {
      const patient = RetryPolicy.make({
        ...RetryPolicy.standard,
        schedule: Schedule.while(
          RetryPolicy.standard.schedule,
          ({ input }) => input._tag !== "ServerError",
        ),
      })
      assert.strictEqual(yield* attemptsWith(patient), 1)
      assert.strictEqual(yield* attemptsWith(patient, transport.reset), 3)
    }))

  it.effect("obeys a longer Retry-After when told to", () =>
    Effect.gen(function* () {
      const answer = status(503, "", { "retry-after": "120" })
      assert.strictEqual(yield* attemptsWith(RetryPolicy.standard, answer), 1)
      const patient = RetryPolicy.make({ maxRetryAfter: "5 minutes" })
      assert.strictEqual(yield* attemptsWith(patient, answer), 3)
    }))

  it.effect("with a count that is no number doesn't try for ever", () =>
    Effect.gen(function* () {
      for (const retries of [NaN, -1]) {
        const policy = RetryPolicy.make({ retries, budget: "unlimited" })
        assert.strictEqual(yield* attemptsWith(policy), 1)
      }
    }))

  it.effect("says in the debug log what it waits for, and how long", () => {
    const logged: Array<unknown> = []
    const logger = Logger.make(({ fiber, message }) => {
      logged.push([message, fiber.getRef(References.CurrentLogAnnotations)])
    })
    const { layer } = recording([status(503), json(sampleTarget)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* inTime(targets.get("000MLGPR"))
      assert.deepStrictEqual(logged, [[
        ["targets.get is retried"],
        { failure: "ServerError", attempts: 1, wait: String(Duration.millis(500)) },
      ]])
    }).pipe(
      Effect.provide([layer, Logger.layer([logger])]),
      Effect.provideService(References.MinimumLogLevel, "Debug"),
      withRandom(1),
    )
  })

  it.effect("is overridden in a scope, for effects and for streams", () => {
    const { requests, layer } = recording([status(503)])
    const none = Np6.withRetryPolicy(RetryPolicy.none)
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* Effect.exit(inTime(none(targets.get("000MLGPR"))))
      assert.strictEqual(requests.length, 1)
      yield* Effect.exit(inTime(Stream.runDrain(none(targets.stream))))
      assert.strictEqual(requests.length, 2)
      yield* Effect.exit(inTime(targets.get("000MLGPR")))
      assert.strictEqual(requests.length, 5)
    }).pipe(Effect.provide(layer))
  })
})

describe("the retry budget of a layer", () => {
  it.effect("keeps a total outage at 1.1 attempts a call once its reserve is spent", () => {
    const { requests, layer } = recording([status(503)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const call = Effect.exit(inTime(targets.get("000MLGPR")))
      yield* Effect.repeat(call, { times: 20 })
      const spent = requests.length
      yield* Effect.repeat(call, { times: 999 })
      const attempts = (requests.length - spent) / 1000
      assert.isAtMost(attempts, 1.1)
      assert.isAtLeast(attempts, 1.09)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is earned back by calls that succeed", () => {
    let isDown = true
    const { requests, layer } = recording([() => isDown ? status(503)() : json(sampleTarget)()])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const call = Effect.exit(inTime(targets.get("000MLGPR")))
      yield* Effect.repeat(call, { times: 50 })
      isDown = false
      yield* Effect.repeat(call, { times: 99 })
      isDown = true
      requests.length = 0
      yield* call
      assert.strictEqual(requests.length, 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("isn't spoilt for the layer by a policy whose numbers are none", () => {
    const { requests, layer } = recording([status(503)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const call = Effect.exit(inTime(targets.get("000MLGPR")))
      for (const ratio of [NaN, -100]) {
        yield* Np6.withRetryPolicy(
          RetryPolicy.make({ budget: { ratio, reserve: NaN } }),
        )(call)
      }
      requests.length = 0
      yield* Effect.repeat(call, { times: 999 })
      assert.isAtMost(requests.length, 1000 + 10 + 100)
      assert.isAtLeast(requests.length, 1000 + 100)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is one, whatever policy spends from it", () => {
    const { requests, layer } = recording([status(503)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const call = Effect.exit(inTime(targets.get("000MLGPR")))
      yield* Effect.repeat(call, { times: 20 })
      requests.length = 0
      yield* Np6.withRetryPolicy(RetryPolicy.make({ retries: 9 }))(call)
      assert.isAtMost(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("an interrupted call", () => {
  it.effect("ends its request and sends no other", () => {
    let aborted = 0
    const { requests, layer } = recording([() => "never"], {
      transformClient: (client) =>
        HttpClient.transformResponse(
          client,
          Effect.onInterrupt(() => Effect.sync(() => aborted++)),
        ),
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      const fiber = yield* Effect.forkChild(targets.get("000MLGPR"))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(aborted, 1)
      assert.strictEqual(requests.length, 1)
    }).pipe(Effect.provide(layer))
  })
})
