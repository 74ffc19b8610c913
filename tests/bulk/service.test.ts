import { assert, describe, it } from "@effect/vitest"
import { Bulk, Conflict, type DeletionReport, TargetId, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Schema, Stream } from "effect"

const newsletter = 12345
const toId = Schema.decodeUnknownSync(TargetId)

/** A service of the program's own: the sandbox's, with something changed. */
const withService = <A, E>(
  changed: Partial<Targets["Service"]>,
  outcomes: Stream.Stream<A, E, Targets>,
) =>
  Effect.gen(function* () {
    const targets = yield* Targets
    return yield* Stream.runCollect(outcomes).pipe(
      Effect.provideService(Targets, { ...targets, ...changed }),
    )
  }).pipe(Effect.provide(Sandbox.layerTargets()))

describe("a bulk deletion", () => {
  it.effect("asks the service for nothing when no input of a chunk can be sent", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const outcomes = yield* withService(
        {
          deleteMany: (selection) => {
            asked.push(selection)
            return Effect.succeed({ deleted: [], complete: true })
          },
        },
        Stream.make("", " ", "jane@example.com").pipe(
          Bulk.deleteAll("unicity", (email) => email, { chunkSize: 2 }),
        ),
      )
      assert.deepStrictEqual(outcomes.map(({ _tag }) => _tag), ["Failed", "Failed", "Done"])
      assert.deepStrictEqual(asked, [{ type: "unicity", value: [["jane@example.com"]] }])
    }))

  it.effect("takes a report in other capitals for the input's, and no other spelling", () =>
    Effect.gen(function* () {
      const report: DeletionReport = {
        deleted: [{ id: toId("000MLGPR"), unicity: ["Anna.Weiss@EXAMPLE.com"] }],
        complete: true,
      }
      const outcomes = yield* withService(
        { deleteMany: () => Effect.succeed(report) },
        Stream.make("anna.weiss@example.com", "anna.weiß@example.com").pipe(
          Bulk.deleteAll("unicity", (email) => email),
        ),
      )
      assert.deepStrictEqual(
        outcomes.map((outcome) => outcome._tag === "Done" ? outcome.value : outcome._tag),
        ["Deleted", "NotFound"],
      )
    }))
})

it.effect("a conflict over anything but being in the segment already is a failure", () =>
  Effect.gen(function* () {
    const reasons = ["AlreadyInSegment", "DynamicSegment", "UnicityTaken"] as const
    const conflicts = reasons.map((reason) =>
      new Conflict({ operation: "targets.addToSegment", applied: "no", attempts: 1, reason })
    )
    const left = [...conflicts]
    const outcomes = yield* withService(
      { addToSegment: () => Effect.fail(left.shift() ?? assert.fail("called too often")) },
      Stream.fromIterable(reasons).pipe(
        Bulk.ensureInSegment(newsletter, (reason) => {
          const email = `${reason}@example.com`
          return { unicity: email, values: { 8103: email } }
        }, { concurrency: 1 }),
      ),
    )
    assert.deepStrictEqual(
      outcomes.map((outcome) => outcome._tag === "Failed" ? outcome.error : outcome._tag),
      ["Done", ...conflicts.slice(1)],
    )
  }))
