import { assert, describe, it } from "@effect/vitest"
import { Bulk, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Stream } from "effect"
import { json, recording, sampleTarget, status } from "../harness/recording.ts"

const staticSegment = 12345
const dynamicSegment = 14105
const email = "jane@example.com"

const segment = (type: string) =>
  json({ type, id: 1, name: "A", creation: null, expiration: null, isTest: false, targetsCount: 0 })

describe("targets.ensureInSegment", () => {
  it.effect("is a success for a target that is in a static segment already, in the sandbox", () =>
    Effect.gen(function* () {
      const targets = yield* Targets
      const first = yield* targets.ensureInSegment(email, { 8103: email }, staticSegment)
      const again = yield* targets.ensureInSegment(email, { 8103: email }, staticSegment)
      assert.strictEqual(again.id, first.id)
    }).pipe(Effect.provide(Sandbox.layerTargets())))

  it.effect("fails with DynamicSegment in a dynamic segment, in the sandbox", () =>
    Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(
        targets.ensureInSegment(email, { 8103: email }, dynamicSegment),
      )
      assert.propertyVal(error, "reason", "DynamicSegment")
      assert.propertyVal(error, "operation", "targets.addToSegment")
      assert.propertyVal(error, "applied", "no")
      assert.propertyVal(error, "status", 409)
    }).pipe(Effect.provide(Sandbox.layerTargets())))

  const unreadable: ReadonlyArray<readonly [why: string, response: () => Response]> = [
    ["may not be read", status(403)],
    ["isn't there", status(404)],
    ["has a type that isn't known", segment("lasagne")],
  ]
  for (const [why, response] of unreadable) {
    it.effect(`takes a 409 for membership where the segment ${why}`, () => {
      const { layer, requests } = recording([json(sampleTarget), status(409), response])
      return Effect.gen(function* () {
        const targets = yield* Targets
        yield* targets.ensureInSegment(email, { 8103: email }, 1)
        assert.deepStrictEqual(
          requests.map(({ method, url }) => `${method} ${url.pathname}`),
          ["PUT /targets", "POST /targets/000MLGPR/segments/1", "GET /segments/1"],
        )
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("doesn't read the segment unless an add is answered with 409", () => {
    const { layer, requests } = recording([json(sampleTarget), status(204)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.ensureInSegment(email, { 8103: email }, 1)
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("Bulk.ensureInSegment", () => {
  const rows = Array.from({ length: 20 }, (_, n) => `c${n}@example.com`)
  const run = (segment: number) =>
    Stream.fromIterable(rows).pipe(
      Bulk.ensureInSegment(segment, (email) => ({ unicity: email, values: { 8103: email } })),
      Stream.runCollect,
    )

  it.effect("fails each row of a dynamic segment, and reads the segment once", () =>
    Effect.gen(function* () {
      const outcomes = yield* run(dynamicSegment)
      const failed = outcomes.filter((outcome) =>
        outcome._tag === "Failed" && outcome.error._tag === "Conflict"
      )
      assert.lengthOf(failed, rows.length)
      const requests = yield* (yield* Sandbox).requests
      assert.lengthOf(requests.filter(({ operation }) => operation === "account.segment"), 1)
    }).pipe(Effect.provide(Sandbox.layerTargets())))

  it.effect("isn't stopped by a key that may not read segments", () => {
    const { layer } = recording([json(sampleTarget), status(409), status(403)])
    return Effect.gen(function* () {
      const outcomes = yield* Stream.make(email).pipe(
        Bulk.ensureInSegment(1, (email) => ({ unicity: email, values: { 8103: email } })),
        Stream.runCollect,
      )
      assert.deepStrictEqual(outcomes.map(({ _tag }) => _tag), ["Done"])
    }).pipe(Effect.provide(layer))
  })
})
