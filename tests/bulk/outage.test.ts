import { assert, describe, it } from "@effect/vitest"
import {
  Bulk,
  Progress,
  RateLimit,
  RetryPolicy,
  ServerError,
  Targets,
  TransportError,
} from "@effect-np6/targets"
import { Deferred, Duration, Effect, Exit, Fiber, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { collect, counts, emails, errorOf, tags, upsertOf } from "../harness/bulk.ts"
import { perSecond, type Served, serving } from "../harness/serving.ts"
import { status } from "../harness/recording.ts"

const upsertAll = (count: number, options: Bulk.BulkOptions<string> = {}) =>
  Stream.fromIterable(emails(count)).pipe(Bulk.upsert(upsertOf, options))
/** Fails from one second to another, and succeeds before and after. */
const downFor = (from: number, to: number, failure: number | undefined = 503) => ({ at }: Served) =>
  at >= from * 1000 && at < to * 1000 ? failure : 200

describe("an outage of a minute", () => {
  const cases: ReadonlyArray<
    readonly [what: string, concurrency: number, from: number, failure: number | undefined]
  > = [
    ["midway", 16, 2, 503],
    ["midway, without responses", 16, 2, undefined],
    ["from the start", 16, 0, 500],
    ["from the start, one call at a time", 1, 0, 503],
    ["from the start, three calls at a time", 3, 0, undefined],
    ["midway, one call at a time", 1, 2, 503],
    ["midway, 64 calls at a time", 64, 0.5, 503],
  ]
  for (const [what, concurrency, from, failure] of cases) {
    it.effect(`costs no row, and keeps the order: ${what}`, () => {
      const to = from + 60
      const { layer, requests } = serving(downFor(from, to, failure), {
        rateLimit: RateLimit.adaptive,
      })
      return Effect.gen(function* () {
        const { exit, outcomes } = yield* collect(upsertAll(1_000, { concurrency }))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(counts(outcomes), { Done: 1_000 })
        assert.deepStrictEqual(outcomes.map(({ input }) => input), emails(1_000))
        // Found within a few seconds; then one probe a second.
        const sent = perSecond(requests, from * 1000, to * 1000)
        for (const count of sent.slice(15)) assert.isAtMost(count, 1)
        assert.isAtLeast(sent.slice(15).reduce((sum, count) => sum + count), 40)
        assert.isAtMost(requests.length, 1_000 + 60 + 2 * concurrency + 20)
        // No new row is taken: those of the outage are those that were in flight when it was found.
        const rows = new Set(
          requests.filter(({ at }) => at >= (from + 15) * 1000 && at < to * 1000)
            .map(({ who }) => who),
        )
        assert.isAtMost(rows.size, Math.max(concurrency, 10))
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("without order costs no row either", () => {
    const { layer } = serving(downFor(1, 61))
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(upsertAll(500, { ordered: false }))
      assert.deepStrictEqual(counts(outcomes), { Done: 500 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("costs no row where rows of one contact follow each other, one call at a time", () => {
    const { layer } = serving(downFor(0, 30))
    return Effect.gen(function* () {
      const inputs = emails(30).flatMap((email) => [email, email, email])
      const { outcomes } = yield* collect(
        Stream.fromIterable(inputs).pipe(Bulk.upsert(upsertOf, { concurrency: 1 })),
      )
      assert.deepStrictEqual(counts(outcomes), { Done: 90 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes no new row from a source that has some", () => {
    const { layer, requests } = serving(downFor(0, 60))
    return Effect.gen(function* () {
      const slow = Stream.tick("200 millis").pipe(
        Stream.zipWith(Stream.fromIterable(emails(400)), (_, email) => email),
      )
      const { outcomes } = yield* collect(slow.pipe(Bulk.upsert(upsertOf)))
      assert.deepStrictEqual(counts(outcomes), { Done: 400 })
      const rows = new Set(requests.filter(({ at }) => at < 60_000).map(({ who }) => who))
      // The source has 300 by then.
      assert.isAtMost(rows.size, 12)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is looked for once a second, however long a retry would wait", () => {
    const { layer, requests } = serving(downFor(0, 170), {
      retry: RetryPolicy.make({
        retries: 8,
        schedule: Schedule.spaced("30 seconds"),
        budget: "unlimited",
      }),
    })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(upsertAll(20, { concurrency: 5 }))
      assert.deepStrictEqual(counts(outcomes), { Done: 20 })
      const probes = requests.filter(({ at }) => at >= 70_000 && at < 170_000)
      assert.isAtLeast(probes.length, 98)
      assert.isAtMost(probes.length, 100)
    }).pipe(Effect.provide(layer))
  })

  it.effect("costs rows no retries: each has them anew", () => {
    // After the outage, every row fails once more.
    const failedAfter = new Set<string>()
    const { layer } = serving((request) => {
      const answer = downFor(1, 6)(request)
      if (answer !== 200 || request.at < 6_000 || failedAfter.has(request.who)) return answer
      if (request.n % 2 === 0) return 200
      failedAfter.add(request.who)
      return 503
    }, { retry: RetryPolicy.make({ retries: 1, budget: "unlimited" }) })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(upsertAll(500))
      assert.isAbove(failedAfter.size, 10)
      assert.deepStrictEqual(counts(outcomes), { Done: 500 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves the retry budget as it was", () => {
    // Ten contacts need a retry after the outage, which is what the reserve has.
    const budgeted = new Set<string>()
    const { layer } = serving((request) => {
      const answer = downFor(1, 31)(request)
      if (answer !== 200 || request.at < 40_000 || budgeted.size >= 10 || request.n % 2 === 0) {
        return answer
      }
      if (budgeted.has(request.who)) return answer
      budgeted.add(request.who)
      return 503
    })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(upsertAll(3_000))
      assert.strictEqual(budgeted.size, 10)
      assert.deepStrictEqual(counts(outcomes), { Done: 3_000 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps what is known of lost responses: a delete that was done is done", () => {
    // The first attempt deletes, and its response is lost; NP6 then has no such target.
    const gone = new Set<string>()
    const { layer } = serving(({ at, who }) => {
      if (at >= 1_000 && at < 31_000) {
        gone.add(who)
        return undefined
      }
      return gone.has(who) ? 404 : 204
    })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.range(1, 500).pipe(
          Bulk.forEach((n) => Targets.use((targets) => targets.delete(`00000${n}`))),
        ),
      )
      assert.isAbove(gone.size, 10)
      assert.deepStrictEqual(counts(outcomes), { Done: 500 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends nothing again that isn't safe to repeat", () => {
    const { layer, requests } = serving(({ at }) => at < 30_000 ? 503 : status(200, "{}")())
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.fromIterable(emails(200)).pipe(Bulk.create((email) => ({ 8103: email }))),
      )
      const bodies = new Set(requests.map(({ body }) => body))
      assert.strictEqual(bodies.size, requests.length)
      const failed = outcomes.filter((outcome) => outcome._tag === "Failed")
      assert.isTrue(failed.every(({ error }) => error.applied === "unknown"))
    }).pipe(Effect.provide(layer))
  })

  it.effect("holds back the run for which it is, and no single call", () => {
    const { layer, requests } = serving(downFor(0, 60))
    return Effect.gen(function* () {
      const run = yield* Effect.forkChild(Stream.runDrain(upsertAll(100)))
      yield* TestClock.adjust("30 seconds")
      const before = requests.length
      const single = yield* Effect.forkChild(
        Effect.flip(Targets.use((targets) => targets.get("000MLGPR"))),
      )
      yield* TestClock.adjust("4 seconds")
      assert.instanceOf(yield* Fiber.join(single), ServerError)
      assert.isAtLeast(requests.length, before + 3)
      yield* Fiber.interrupt(run)
    }).pipe(Effect.provide(layer))
  })
})

describe("a contact for which NP6 always fails", () => {
  const poison = (positions: ReadonlyArray<number>) => ({ who }: Served) =>
    positions.some((n) => who === `c${n}@example.com`) ? 500 : 200

  for (const concurrency of [1, 2, 16]) {
    it.effect(`is Failed, and no outage: ${concurrency} at once`, () => {
      const { layer, requests } = serving(poison([30]))
      return Effect.gen(function* () {
        const { exit, outcomes } = yield* collect(upsertAll(100, { concurrency }))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(counts(outcomes), { Done: 99, Failed: 1 })
        const failed = outcomes[30]
        assert.isTrue(failed?._tag === "Failed" && failed.error instanceof ServerError)
        assert.strictEqual(requests.length, 102)
        assert.isAtMost(requests.at(-1)?.at ?? Infinity, 15_000)
      }).pipe(Effect.provide(layer))
    })

    it.effect(`is Failed with three others beside it, at the end too: ${concurrency} at once`, () => {
      const { layer } = serving(poison([10, 11, 12, 13, 97, 98, 99]))
      return Effect.gen(function* () {
        const { exit, outcomes } = yield* collect(upsertAll(100, { concurrency }))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(counts(outcomes), { Done: 93, Failed: 7 })
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("is Failed as fast as a single call when it is the only one", () => {
    const { layer, requests } = serving(poison([0]))
    return Effect.gen(function* () {
      const progress = yield* Progress.make()
      const { outcomes } = yield* collect(upsertAll(1, { progress }))
      assert.deepStrictEqual(tags(outcomes), ["Failed"])
      assert.strictEqual(requests.length, 3)
      const { elapsed } = yield* progress.now
      assert.strictEqual(Duration.toMillis(elapsed), Math.round(requests[2]?.at ?? 0) + 50)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is Failed within two seconds of its last attempt when the source gives no other", () => {
    const { layer, requests } = serving(poison([0]))
    return Effect.gen(function* () {
      const failed = yield* Deferred.make<string>()
      const source = Stream.concat(Stream.make("c0@example.com"), Stream.never)
      const run = yield* source.pipe(
        Bulk.upsert(upsertOf),
        Stream.runForEach(({ _tag }) => Deferred.succeed(failed, _tag)),
        Effect.forkChild,
      )
      while (requests.length < 3) yield* TestClock.adjust("100 millis")
      yield* TestClock.adjust("2100 millis")
      assert.strictEqual(yield* Deferred.await(failed), "Failed")
      yield* Fiber.interrupt(run)
    }).pipe(Effect.provide(layer))
  })

  it.effect("doesn't end the wait of those behind it of the same key too early", () => {
    const { layer, requests } = serving(poison([0]))
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.make("first", "second").pipe(
          Bulk.upsert((name) => ({ unicity: "c0@example.com", values: { 8102: name } })),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Failed", "Failed"])
      const names = requests.map(({ body }) => JSON.parse(body)["8102"])
      assert.deepStrictEqual(names, ["first", "first", "first", "second", "second", "second"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is Failed while one behind it of the same key has its callback done", () => {
    const { layer } = serving(poison([0]))
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.make("first", "second").pipe(
          Bulk.upsert(
            (name) => Effect.succeed({ unicity: "c0@example.com", values: { 8102: name } }),
            { concurrency: 1 },
          ),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Failed", "Failed"])
    }).pipe(Effect.provide(layer))
  })
})

describe("maxOutage", () => {
  it.effect("ends the run with the last error, and with what is open NotTried", () => {
    const { layer, requests } = serving(downFor(2, 1e9))
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(1_000, { maxOutage: "2 minutes" }))
      assert.instanceOf(errorOf(exit), ServerError)
      const { Done, NotTried, ...others } = counts(outcomes)
      assert.isAbove(Done ?? 0, 0)
      assert.isAtLeast(NotTried ?? 0, 16)
      assert.isAtMost(NotTried ?? 0, 32)
      assert.deepStrictEqual(others, {})
      assert.deepStrictEqual(outcomes.map(({ input }) => input), emails(outcomes.length))
      const last = requests.at(-1)?.at ?? 0
      assert.isAtLeast(last, 118_000)
      assert.isAtMost(last, 130_000)
      // A 5xx says nothing about whether the request was applied.
      const open = outcomes.filter((outcome) => outcome._tag === "NotTried")
      assert.isTrue(open.some(({ applied }) => applied === "unknown"))
    }).pipe(Effect.provide(layer))
  })

  it.effect("is five minutes by default", () => {
    const { layer, requests } = serving(() => undefined)
    return Effect.gen(function* () {
      const { exit } = yield* collect(upsertAll(50))
      assert.instanceOf(errorOf(exit), TransportError)
      const last = requests.at(-1)?.at ?? 0
      assert.isAtLeast(last, 295_000)
      assert.isAtMost(last, 315_000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts anew after each outage", () => {
    const isDown = (second: number) => second % 100 >= 10 && second % 100 < 90
    const { layer, requests } = serving(({ at }) => isDown(Math.floor(at / 1000)) ? 503 : 200)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        upsertAll(3_000, { maxOutage: "100 seconds", concurrency: 4 }),
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Done: 3_000 })
      assert.isAtLeast(requests.at(-1)?.at ?? 0, 190_000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails with what was met last, though each call has retries left", () => {
    // An outage is found after 25: 16 at once, and nine retries. Then nothing comes.
    const { layer } = serving(({ n }) => n <= 25 ? 503 : "never")
    return Effect.gen(function* () {
      const { exit } = yield* collect(upsertAll(100, { maxOutage: "10 seconds" }))
      assert.instanceOf(errorOf(exit), ServerError)
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends a run that waits for the store of a shared limit", () => {
    const { layer, requests } = serving(() => 200, {
      rateLimit: {
        make: Effect.succeed({
          acquire: () => Effect.never,
          watch: {
            isDown: () => true,
            verdict: Effect.never,
            wait: Effect.succeed(undefined),
          },
        }),
      },
    })
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(50, { maxOutage: "1 minute" }))
      assert.instanceOf(errorOf(exit), TransportError)
      assert.strictEqual(requests.length, 0)
      assert.deepStrictEqual(
        outcomes,
        emails(outcomes.length).map((input) => ({ _tag: "NotTried", input, applied: "no" })),
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("has no outage to bound with RateLimit.none: each row fails", () => {
    const { layer } = serving(() => 503, { rateLimit: RateLimit.none })
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(50))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Failed: 50 })
    }).pipe(Effect.provide(layer))
  })
})

it.effect("Progress: says that a run waits for an outage, and until when", () => {
  const { layer } = serving(downFor(0, 60))
  return Effect.gen(function* () {
    const progress = yield* Progress.make({ total: 100 })
    const run = yield* Effect.forkChild(
      Stream.runDrain(upsertAll(100, { progress, maxOutage: "2 minutes" })),
    )
    yield* TestClock.adjust("30 seconds")
    const { at, eta, rate, waitsFor } = yield* progress.now
    assert.strictEqual(waitsFor?.reason, "Outage")
    const left = (waitsFor?.until?.epochMilliseconds ?? 0) - at.epochMilliseconds
    assert.isAtLeast(left, 90_000)
    assert.isAtMost(left, 100_000)
    assert.strictEqual(rate, 0)
    assert.isUndefined(eta)
    yield* TestClock.adjust("60 seconds")
    yield* Fiber.join(run)
    assert.deepInclude(yield* progress.now, { done: 100, failed: 0, waitsFor: undefined })
  }).pipe(Effect.provide(layer))
})
