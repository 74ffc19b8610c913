import { assert, describe, it } from "@effect/vitest"
import { Bulk, type DeletionReport, NotFound, TargetId, Targets } from "@effect-np6/targets"
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
          Bulk.delete("unicity", (email) => email, { chunkSize: 2 }),
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
          Bulk.delete("unicity", (email) => email),
        ),
      )
      assert.deepStrictEqual(
        outcomes.map((outcome) => outcome._tag === "Done" ? outcome.value : outcome._tag),
        ["Deleted", "NotFound"],
      )
    }))
})

describe("Bulk.ensureInSegment", () => {
  it.effect("is the service's operation of the same name", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const outcomes = yield* withService(
        {
          ensureInSegment: (...args) => {
            asked.push(args)
            return Effect.fail(
              new NotFound({ operation: "targets.addToSegment", applied: "no", attempts: 1 }),
            )
          },
        },
        Stream.make("jane@example.com").pipe(
          Bulk.ensureInSegment(newsletter, (email) => ({
            unicity: email,
            values: { 8103: email },
          })),
        ),
      )
      assert.deepStrictEqual(outcomes.map(({ _tag }) => _tag), ["Failed"])
      assert.deepStrictEqual(asked, [[
        "jane@example.com",
        { 8103: "jane@example.com" },
        newsletter,
      ]])
    }))
})
