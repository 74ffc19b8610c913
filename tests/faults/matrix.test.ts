import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faults } from "./faults.ts"
import { cells, listenElsewhere, runAll } from "./matrix.ts"
import { operations } from "./operations.ts"

/** One operation for each way of reading an answer: enough, where an answer is megabytes long. */
const readers = new Map(operations.map((operation) => [operation.reads, operation.name]))

const quick = cells().filter(({ connection, fault, operation }) =>
  fault.kind === "size"
    ? readers.get(operation.reads) === operation.name
    : connection === "used" || fault.act === "unresolved"
)

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
})
