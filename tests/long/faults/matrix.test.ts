import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faults } from "./faults.ts"
import { cells, listenElsewhere, runAll } from "./matrix.ts"
import { operations } from "./operations.ts"

/** One operation for each way of reading an answer: enough, where an answer is megabytes long. */
const readers = new Map(operations.map((operation) => [operation.reads, operation.name]))

/** `deno task faults` runs all; here, what comes after a fault is seen where it struck a connection. */
const quick = cells().filter(({ client, connection, fault, operation, strikes }) => {
  if (client === "wrapped") return false
  if (fault.kind === "size") return readers.get(operation.reads) === operation.name
  if (fault.isTimed || fault.act === "unresolved") return true
  return connection === "used" && (strikes === "always" || fault.kind === "connection")
})

describe("struck by a fault, every operation comes to what was promised", () => {
  for (const kind of new Set(faults.map((fault) => fault.kind))) {
    it.live(kind, () =>
      Effect.gen(function* () {
        const report = yield* runAll(quick.filter(({ fault }) => fault.kind === kind))
        const wrong = report.results.filter(({ problems }) => problems.length > 0)
        assert.deepStrictEqual(
          wrong.map(({ cell: { fault, operation, strikes }, problems }) =>
            `${operation.name}, ${fault.name} (${strikes}): ${problems.join("; ")}`
          ),
          [],
        )
        assert.isAbove(report.results.length, 0)
        assert.strictEqual(report.elsewhere, 0)
        assert.strictEqual(report.socketsLeft ?? 0, 0)
      }), 60_000)
  }

  it.live("nothing connects to where a redirect leads, because nothing follows it", () =>
    Effect.gen(function* () {
      const elsewhere = yield* Effect.promise(listenElsewhere)
      for (const host of ["127.0.0.1", "localhost"]) {
        yield* Effect.promise(() => fetch(`http://${host}:${elsewhere.port}/targets`))
      }
      yield* Effect.promise(elsewhere.close)
      // So it counts who comes, by either name.
      assert.isAtLeast(elsewhere.connections(), 2)
    }))
})
