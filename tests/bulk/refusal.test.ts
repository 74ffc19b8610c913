import { assert, describe, it } from "@effect/vitest"
import {
  Bulk,
  Forbidden,
  RetryPolicy,
  Targets,
  Unauthorized,
  UnexpectedResponse,
} from "@effect-np6/targets"
import { Data, Effect, Exit, Redacted, Schema, Stream } from "effect"
import { collect, counts, emails, errorOf, tags, upsertOf } from "../harness/bulk.ts"
import { json, recording, sampleTarget } from "../harness/recording.ts"
import { type Served, serving } from "../harness/serving.ts"

const upsertAll = (count: number, concurrency = 16, ordered = true) =>
  Stream.fromIterable(emails(count)).pipe(Bulk.upsert(upsertOf, { concurrency, ordered }))
const isOne = (email: string) => ({ who }: Served) => who === email

describe("a key that NP6 refuses", () => {
  for (const [status, tag] of [[401, "Unauthorized"], [403, "Forbidden"]] as const) {
    for (const [count, concurrency] of [[1, 16], [5, 16], [100, 16], [100, 1], [100, 3]] as const) {
      const sent = Math.min(count, concurrency) + 1
      it.effect(`costs ${sent} requests: ${status}, ${count} rows, ${concurrency} at once`, () => {
        const { layer, requests } = serving(() => status)
        return Effect.gen(function* () {
          const { exit, outcomes } = yield* collect(upsertAll(count, concurrency))
          assert.strictEqual(errorOf(exit)?._tag, tag)
          assert.strictEqual(requests.length, sent)
          assert.deepStrictEqual(counts(outcomes), { NotTried: sent - 1 })
          assert.deepStrictEqual(
            outcomes,
            emails(sent - 1).map((input) => ({ _tag: "NotTried", input, applied: "no" })),
          )
        }).pipe(Effect.provide(layer))
      })
    }
  }

  it.effect("midway ends the run after what was done before", () => {
    const { layer, requests } = serving(({ n }) => n <= 40 ? 200 : 403)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(100, 8))
      assert.instanceOf(errorOf(exit), Forbidden)
      assert.deepStrictEqual(counts(outcomes), { Done: 40, NotTried: 8 })
      assert.strictEqual(requests.length, 40 + 8 + 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends a run whose source is slow to give its next input", () => {
    const { layer } = serving(() => 401)
    return Effect.gen(function* () {
      const source = Stream.concat(Stream.make("a@b.c"), Stream.never)
      const { exit, outcomes } = yield* collect(source.pipe(Bulk.upsert(upsertOf)))
      assert.instanceOf(errorOf(exit), Unauthorized)
      assert.deepStrictEqual(tags(outcomes), ["NotTried"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends a deletion by chunks", () => {
    const { layer, requests } = serving(() => 403)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        Stream.fromIterable(emails(100)).pipe(
          Bulk.delete("unicity", (email) => email, { chunkSize: 10, concurrency: 2 }),
        ),
      )
      assert.instanceOf(errorOf(exit), Forbidden)
      assert.strictEqual(requests.length, 3)
      assert.deepStrictEqual(counts(outcomes), { NotTried: 20 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts a redirect, which every call would meet, as a refusal", () => {
    const { layer, requests } = serving(() => 302)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(10, 4))
      const error = errorOf(exit)
      assert.instanceOf(error, UnexpectedResponse)
      assert.strictEqual(error.reason, "Redirect")
      assert.strictEqual(requests.length, 5)
      assert.deepStrictEqual(counts(outcomes), { NotTried: 4 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("counts a page in NP6's place as a refusal, and a passing one as a failure", () => {
    const page = (status: number) => () =>
      new Response("<html>login</html>", { status, headers: { "content-type": "text/html" } })
    return Effect.gen(function* () {
      for (const status of [200, 403, 404, 409]) {
        const { layer, requests } = recording([page(status)])
        const { exit, outcomes } = yield* Effect.provide(collect(upsertAll(10, 4)), layer)
        const error = errorOf(exit)
        assert.instanceOf(error, UnexpectedResponse, `${status}`)
        assert.strictEqual(error.reason, "Html")
        assert.strictEqual(requests.length, 5)
        assert.deepStrictEqual(counts(outcomes), { NotTried: 4 })
      }
      const { layer } = recording([page(502)], { retry: RetryPolicy.none })
      const { exit, outcomes } = yield* Effect.provide(collect(upsertAll(10, 4)), layer)
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Failed: 10 })
    })
  })

  it.effect("costs nothing when a firewall puts its page in place of one response", () => {
    const page = () =>
      new Response("<html>blocked</html>", {
        status: 403,
        headers: { "content-type": "text/html" },
      })
    const answers = Array.from({ length: 100 }, (_, n) => n === 20 ? page : json(sampleTarget))
    const { layer, requests } = recording(answers)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(100))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Done: 100 })
      assert.strictEqual(requests.length, 101)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is meant by a layer of one's own that is refused", () =>
    Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        Stream.make(1, 2, 3).pipe(
          Bulk.forEach(() =>
            Effect.provide(
              Targets.use((targets) => targets.get("000MLGPR")),
              Targets.layerFetch({ apiKey: Redacted.make("") }),
              { local: true },
            ), { concurrency: 1 }),
        ),
      )
      assert.strictEqual(errorOf(exit)?._tag, "InvalidInput")
      assert.deepStrictEqual(tags(outcomes), ["NotTried"])
    }).pipe(Effect.provide(recording([]).layer)))

  it.effect("refuses the confirming request only: a lost response confirms nothing", () => {
    // The first request, and the two that confirm, without a response between them.
    const { layer, requests } = serving(({ n }) => n <= 2 ? 403 : n === 3 ? 400 : 200)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(20, 2))
      assert.isTrue(Exit.isSuccess(exit))
      // The one that confirmed is Failed as it was answered; the other was sent again.
      assert.deepStrictEqual(counts(outcomes), { Done: 19, Failed: 1 })
      assert.strictEqual(requests.length, 22)
    }).pipe(Effect.provide(layer))
  })
})

describe("a call that is refused by accident", () => {
  for (const ordered of [true, false]) {
    for (const position of [1, 2, 50, 99, 100]) {
      it.effect(`costs nothing: request ${position} of 100, ordered: ${ordered}`, () => {
        const { layer, requests } = serving(({ n }) => n === position ? 403 : 200)
        return Effect.gen(function* () {
          const { exit, outcomes } = yield* collect(upsertAll(100, 16, ordered))
          assert.isTrue(Exit.isSuccess(exit))
          assert.deepStrictEqual(counts(outcomes), { Done: 100 })
          assert.strictEqual(requests.length, 101)
          if (ordered) assert.deepStrictEqual(outcomes.map(({ input }) => input), emails(100))
        }).pipe(Effect.provide(layer))
      })
    }
  }

  it.effect("costs nothing where it is the only one", () => {
    const { layer, requests } = serving(({ n }) => n === 1 ? 401 : 200)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(1))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(tags(outcomes), ["Done"])
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("costs nothing with others at once, nor later ones", () => {
    const { layer, requests } = serving(({ n }) => [5, 6, 7, 30, 60].includes(n) ? 403 : 200)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(100))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Done: 100 })
      assert.strictEqual(requests.length, 105)
    }).pipe(Effect.provide(layer))
  })

  it.effect("holds back new inputs until those in flight have ended", () => {
    const { layer, requests } = serving(({ n }) => n === 1 ? 403 : 200)
    return Effect.gen(function* () {
      const starts: Array<string> = []
      const slow = (email: string) =>
        Effect.andThen(
          Effect.sync(() => starts.push(email)),
          email === "c1@example.com"
            ? Effect.andThen(Effect.sleep("10 seconds"), callOf(email))
            : callOf(email),
        )
      const callOf = (email: string) => Targets.use((targets) => targets.upsert(email, {}))
      const { outcomes } = yield* collect(
        Stream.fromIterable(emails(10)).pipe(Bulk.forEach(slow, { concurrency: 2 })),
      )
      assert.deepStrictEqual(counts(outcomes), { Done: 10 })
      // The slow one was accepted, and began later than the refused one, which then went again.
      assert.deepStrictEqual(requests.slice(0, 3).map(({ who }) => who), [
        "c0@example.com",
        "c1@example.com",
        "c0@example.com",
      ])
      assert.isAtLeast(requests[2]?.at ?? 0, 10_000)
      assert.deepStrictEqual(starts, emails(10))
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends the refused request again, and not what was done before it", () => {
    const { layer, requests } = serving(({ method, n }) =>
      method === "PUT" ? 200 : n === 2 ? 403 : 204
    )
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.make("a@b.c").pipe(Bulk.ensureInSegment(12345, upsertOf)),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done"])
      assert.deepStrictEqual(requests.map(({ method }) => method), ["PUT", "POST", "POST"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps its refusal as its outcome when it is refused again", () => {
    const email = "c7@example.com"
    const { layer, requests } = serving((request) => isOne(email)(request) ? 403 : 200)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(100))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Done: 99, Failed: 1 })
      const failed = outcomes[7]
      assert.isTrue(failed?._tag === "Failed" && failed.error instanceof Forbidden)
      assert.strictEqual(requests.filter(isOne(email)).length, 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("a call that is refused, while NP6 rejects the others for their content", () => {
  it.effect("is no reason to stop: the key was accepted", () => {
    const { layer } = serving((request) => isOne("c0@example.com")(request) ? 403 : 400)
    return Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(upsertAll(10, 2))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(counts(outcomes), { Failed: 10 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("holds back those that wait for their key, too", () => {
    const seconds: Readonly<Record<number, number>> = { 1: 0.1, 2: 1, 3: 5 }
    const { layer, requests } = serving(({ n }) => n === 1 ? 403 : 200, {
      latency: ({ n }) => (seconds[n] ?? 0.1) * 1000,
    })
    return Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.make("refused", "twin", "twin", "slow").pipe(
          Bulk.upsert((name) => ({ unicity: name, values: {} }), { concurrency: 4 }),
        ),
      )
      assert.deepStrictEqual(counts(outcomes), { Done: 4 })
      const later = requests.slice(3)
      assert.deepStrictEqual(later.map(({ who }) => who).sort(), ["refused", "twin"])
      assert.isTrue(later.every(({ at }) => at >= 5_000))
    }).pipe(Effect.provide(layer))
  })
})

it.effect("Bulk.create: sends nothing twice that a redirect may have applied", () => {
  const { layer, requests } = serving(() => 302)
  return Effect.gen(function* () {
    const { outcomes } = yield* collect(
      Stream.fromIterable(emails(10)).pipe(Bulk.create((email) => ({ 8103: email }))),
    )
    assert.deepStrictEqual(counts(outcomes), { Failed: 10 })
    assert.strictEqual(new Set(requests.map(({ body }) => body)).size, requests.length)
  }).pipe(Effect.provide(layer))
})

describe("a failure that only looks like a refusal", () => {
  class OtherForbidden extends Data.TaggedError("Forbidden")<{ readonly applied: "no" }> {}
  class OtherUnauthorized extends Schema.TaggedError<OtherUnauthorized>()("Unauthorized", {}) {}

  const others: ReadonlyArray<OtherForbidden | OtherUnauthorized> = [
    new OtherForbidden({ applied: "no" }),
    new OtherUnauthorized({}),
  ]
  for (const error of others) {
    it.effect(`is the row's own: ${error._tag} of another library`, () =>
      Effect.gen(function* () {
        const { exit, outcomes } = yield* collect(
          Stream.make(1, 2, 3).pipe(
            Bulk.forEach((n) => n === 2 ? Effect.fail(error) : Effect.succeed(n)),
          ),
        )
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Done"])
      }))
  }

  const ours = new Forbidden({ operation: "targets.get", applied: "no", attempts: 1 })
  it.effect("ends the run when its class is ours, also without a request", () =>
    Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        Stream.make(1, 2, 3).pipe(
          Bulk.forEach(() => Effect.delay(Effect.fail(ours), "1 second"), { concurrency: 2 }),
        ),
      )
      assert.strictEqual(errorOf(exit), ours)
      assert.deepStrictEqual(counts(outcomes), { NotTried: 2 })
    }))

  it.effect("ends the run when its class is ours, also at once", () =>
    Effect.gen(function* () {
      const { exit, outcomes } = yield* collect(
        Stream.make(1, 2, 3).pipe(Bulk.forEach(() => ours, { concurrency: 2 })),
      )
      assert.strictEqual(errorOf(exit), ours)
      assert.deepStrictEqual(counts(outcomes), { NotTried: 1 })
    }))

  it.effect("costs nothing when its class is ours and the next one is accepted", () =>
    Effect.gen(function* () {
      let calls = 0
      const { exit, outcomes } = yield* collect(
        Stream.make(1, 2, 3).pipe(
          Bulk.forEach(() => Effect.suspend(() => ++calls === 1 ? ours : Effect.void), {
            concurrency: 1,
          }),
        ),
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(tags(outcomes), ["Done", "Done", "Done"])
      assert.strictEqual(calls, 4)
    }))
})
