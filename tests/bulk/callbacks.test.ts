import { assert, describe, it } from "@effect/vitest"
import { Bulk, InvalidInput, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Data, Effect, Exit, Result, Stream } from "effect"
import { collect, tags } from "../harness/bulk.ts"

const sandbox = Sandbox.layerTargets()

/** Fails with an error of the program's own. */
class Incomplete extends Data.TaggedError("Incomplete")<{ readonly column: string }> {}
const incomplete = new Incomplete({ column: "email" })

interface Row {
  readonly email?: string
}
const rows: ReadonlyArray<Row> = [{ email: "a@x.fr" }, {}, { email: "c@x.fr" }]

type Operators = {
  readonly [name: string]: (
    callback: (row: Row) => Bulk.Given<string, Incomplete>,
  ) => Bulk.Operator<Row, unknown, unknown>
}
const mapGiven = <A, B, E>(given: Bulk.Given<A, E>, f: (value: A) => B): Bulk.Given<B, E> =>
  Effect.isEffect(given)
    ? Effect.map(given as Effect.Effect<A, E>, f)
    : Result.isResult(given)
    ? Result.map(given as Result.Result<A, E>, f)
    : f(given as A)
const upsertOf = (email: string): Bulk.Upsert => ({
  unicity: email.trim(),
  values: { 8103: email.trim() },
})
const id = (email: string): string => email.trim().replace(/\W/g, "")
const operators: Operators = {
  "Bulk.upsert": (f) => Bulk.upsert((row) => mapGiven(f(row), upsertOf)),
  "Bulk.create": (f) => Bulk.create((row) => mapGiven(f(row), (email) => upsertOf(email).values)),
  "Bulk.update": (f) =>
    Bulk.update((row) => mapGiven(f(row), (email) => ({ id: id(email), values: { 8102: "x" } }))),
  "Bulk.addToSegment": (f) => Bulk.addToSegment(12345, (row) => mapGiven(f(row), id)),
  "Bulk.removeFromSegment": (f) => Bulk.removeFromSegment(12345, (row) => mapGiven(f(row), id)),
  "Bulk.ensureInSegment": (f) => Bulk.ensureInSegment(12345, (row) => mapGiven(f(row), upsertOf)),
  'Bulk.delete("id")': (f) => Bulk.delete("id", (row) => mapGiven(f(row), id)),
  'Bulk.delete("unicity")': (f) =>
    Bulk.delete("unicity", (row) => mapGiven(f(row), (email) => email.trim()), { chunkSize: 2 }),
}

// No program with types has this: a column that is missing in one row.
const emailOf = (row: Row): string => row.email as string

const ways: {
  readonly [how: string]: (row: Row) => Bulk.Given<string, Incomplete>
} = {
  "a value": (row) => row.email === undefined ? Result.fail(incomplete) : row.email,
  "a Result": (row) => Result.fromNullishOr(row.email, () => incomplete),
  "an Effect": (row) =>
    row.email === undefined ? Effect.fail(incomplete) : Effect.succeed(row.email),
  "an Effect that takes its time": (row) =>
    Effect.delay(
      row.email === undefined ? Effect.fail(incomplete) : Effect.succeed(row.email),
      "1 second",
    ),
}

for (const [name, operator] of Object.entries(operators)) {
  describe(name, () => {
    for (const [how, callback] of Object.entries(ways)) {
      it.effect(`takes ${how} of its callback, and its failure for the row's`, () =>
        Effect.gen(function* () {
          let calls = 0
          const counted = (row: Row) => {
            calls++
            return callback(row)
          }
          const { exit, outcomes } = yield* collect(
            Stream.fromIterable(rows).pipe(operator(counted)),
          )
          assert.isTrue(Exit.isSuccess(exit))
          assert.strictEqual(calls, 3)
          assert.deepStrictEqual(outcomes.map(({ input }) => input), rows)
          const [first, failed, last] = outcomes
          assert.strictEqual(failed?._tag === "Failed" && failed.error, incomplete)
          // Whether NP6 knows the others is not the question here.
          for (const other of [first, last]) {
            if (other?._tag === "Failed") assert.notStrictEqual(other.error, incomplete)
          }
        }).pipe(Effect.provide(sandbox)))
    }

    const throwing: typeof ways = {
      "that throws": emailOf,
      "whose Effect throws": (row) => Effect.sync(() => emailOf(row).trim()),
      "whose value throws when it is read": (row) => emailOf(row).trim(),
    }
    for (const [how, callback] of Object.entries(throwing)) {
      it.effect(`goes on after a callback ${how}, which is that row's Failed`, () =>
        Effect.gen(function* () {
          const { exit, outcomes } = yield* collect(
            Stream.fromIterable(rows).pipe(operator(callback)),
          )
          assert.isTrue(Exit.isSuccess(exit))
          const [, failed] = outcomes
          assert.strictEqual(outcomes.length, 3)
          assert.isTrue(failed?._tag === "Failed")
          const error = failed?._tag === "Failed" ? failed.error : undefined
          assert.instanceOf(error, InvalidInput)
          assert.strictEqual(error.input, "callback")
          assert.match(error.problem, /^it threw TypeError at \S+callbacks\.test\.ts:\d+:\d+$/)
          assert.strictEqual(error.applied, "no")
        }).pipe(Effect.provide(sandbox)))
    }
  })
}

for (const value of [undefined, null, Proxy.revocable({}, {})] as ReadonlyArray<unknown>) {
  const kind = typeof value === "object" && value !== null
    ? "a value that can't be read"
    : `${value}`
  for (const name of ["upsert", "update", "ensureInSegment", "addToSegment", "delete"] as const) {
    it.effect(`Bulk.${name}: goes on after a callback that returns ${kind}`, () =>
      Effect.gen(function* () {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        // No program with types returns these.
        const bad = (value === undefined || value === null ? value : proxy) as never
        const give = (n: number) => n === 2 ? bad : ({ toString: () => "a@b.c" } as never)
        const all = {
          upsert: Bulk.upsert(give),
          update: Bulk.update(give),
          ensureInSegment: Bulk.ensureInSegment(12345, give),
          addToSegment: Bulk.addToSegment(12345, give),
          delete: Bulk.delete("id", give),
        }
        const operator: Bulk.Operator<number, unknown, unknown> = all[name]
        const { exit, outcomes } = yield* collect(Stream.make(1, 2, 3).pipe(operator))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(tags(outcomes), ["Failed", "Failed", "Failed"])
        const [, failed] = outcomes
        assert.isTrue(failed?._tag === "Failed" && failed.error instanceof InvalidInput)
      }).pipe(Effect.provide(sandbox)))
  }
}

describe("Bulk.forEach", () => {
  const calls: { readonly [how: string]: (n: number) => Effect.Effect<number> } = {
    "throws": (n) => {
      if (n === 2) throw new RangeError("jane@example.com is out of range")
      return Effect.succeed(n)
    },
    "has an effect that throws": (n) =>
      Effect.sync(() => {
        if (n === 2) throw new RangeError("jane@example.com is out of range")
        return n
      }),
    "throws something else": (n) => {
      if (n === 2) throw "jane@example.com"
      return Effect.succeed(n)
    },
  }
  for (const [how, call] of Object.entries(calls)) {
    it.effect(`goes on after a callback that ${how}, and doesn't repeat its words`, () =>
      Effect.gen(function* () {
        const { exit, outcomes } = yield* collect(Stream.make(1, 2, 3).pipe(Bulk.forEach(call)))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Done"])
        const [, failed] = outcomes
        const error = failed?._tag === "Failed" ? failed.error : undefined
        assert.instanceOf(error, InvalidInput)
        assert.notInclude(JSON.stringify(error) + error.message + String(error.stack), "jane")
      }))
  }

  it.effect("goes on after a key that throws", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* collect(
        Stream.fromIterable(rows).pipe(
          Bulk.forEach(Effect.succeed, { key: (row) => emailOf(row).trim() }),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Failed", "Done"])
    }))

  it.effect("names the failures of hostile values without looking into them", () =>
    Effect.gen(function* () {
      const hostile = new Error("secret")
      Object.defineProperty(hostile, "stack", {
        get: () => {
          throw new Error("secret")
        },
      })
      const { outcomes } = yield* collect(
        Stream.make(1).pipe(Bulk.forEach((): Effect.Effect<void> => {
          throw hostile
        })),
      )
      const [failed] = outcomes
      const error = failed?._tag === "Failed" ? failed.error : undefined
      assert.strictEqual(error?.problem, "it threw a value of type object")
    }))
})

describe("a callback that returns an Effect", () => {
  it.effect("keeps the order of two rows for one contact, however long each takes", () =>
    Effect.gen(function* () {
      const np6 = yield* Sandbox
      const names = ["slow", "quick", "instant"]
      const seconds: Readonly<Record<string, number>> = { slow: 10, quick: 1, instant: 0 }
      const { outcomes } = yield* collect(
        Stream.fromIterable(names).pipe(
          Bulk.upsert((name) => {
            const upsert = { unicity: "a@b.c", values: { 8102: name, 8103: "a@b.c" } }
            const wait = seconds[name] ?? 0
            return wait === 0 ? upsert : Effect.delay(Effect.succeed(upsert), wait * 1000)
          }),
        ),
      )
      assert.deepStrictEqual(tags(outcomes), ["Done", "Done", "Done"])
      const log = (yield* np6.requests).map(({ body }) => JSON.parse(body)["8102"])
      assert.deepStrictEqual(log, names)
    }).pipe(Effect.provide(sandbox)))

  it.effect("runs no more at once than the concurrency, one at a time too", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        let running = 0
        let most = 0
        const { outcomes } = yield* collect(
          Stream.range(1, 10).pipe(
            Bulk.upsert((n) =>
              Effect.acquireUseRelease(
                Effect.sync(() => most = Math.max(most, ++running)),
                () => Effect.as(Effect.sleep("1 second"), upsertOf(`c${n % 4}@b.c`)),
                () => Effect.sync(() => running--),
              ), { concurrency }),
          ),
        )
        assert.strictEqual(outcomes.length, 10)
        assert.strictEqual(most, concurrency)
      }
    }).pipe(Effect.provide(sandbox)))

  it.effect("may call NP6, and its requests count for the row", () =>
    Effect.gen(function* () {
      const targets = yield* Targets
      const { id } = yield* targets.create({ 8103: "a@b.c" })
      const { outcomes } = yield* collect(
        Stream.make(id).pipe(
          Bulk.upsert((id) =>
            Effect.map(targets.get(id), ({ fields }) => upsertOf(String(fields[8103])))
          ),
        ),
      )
      const [done] = outcomes
      assert.strictEqual(done?._tag === "Done" && done.attempts, 2)
    }).pipe(Effect.provide(sandbox)))
})
