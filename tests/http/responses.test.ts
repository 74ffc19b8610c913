import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect, Result } from "effect"
import { inspect } from "node:util"
import { nameOf } from "../harness/errors.ts"
import { nestedArray } from "../harness/hostile.ts"
import { operations } from "../harness/operations.ts"
import { json, recording, sampleTarget, status } from "../harness/recording.ts"

const once = { retry: RetryPolicy.none }

describe("a body of a success", () => {
  const withTarget = operations.filter(({ operation }) =>
    /\.(?:get|getByUnicity|upsert|create|update)$/.test(operation)
  )
  const unreadable: ReadonlyArray<readonly [name: string, answer: () => Response, detail: string]> =
    [
      ["empty", status(200), "the body is empty"],
      ["missing", () => new Response(null), "the body is empty"],
      ["blank", status(200, " \r\n"), "the body is empty"],
      [
        "not UTF-8",
        () => new Response(new Uint8Array([0x22, 0xff, 0x22])),
        "the body is not UTF-8",
      ],
      ["cut off", status(200, JSON.stringify(sampleTarget).slice(0, -10)), "the body is not JSON"],
      ["a number", json(0), "Expected object"],
      ["text", json(""), "Expected object"],
      ["a flag", json(true), "Expected object"],
      ["an array of an array", json([[]]), "Expected object"],
      ["another shape", json({ id: 1 }), "Expected string at id"],
      [
        "a number that lost digits",
        json({ ...sampleTarget, fields: { "8106": 12345678901234567890 } }),
        "a number beyond ±2^53 has lost digits at fields.8106",
      ],
      [
        "an impossible date",
        json({ ...sampleTarget, creationDate: "2016-02-30T00:00:00Z" }),
        "Expected Unix seconds, milliseconds or an ISO 8601 date at creationDate",
      ],
    ]
  for (const { operation, run, isRead } of withTarget) {
    for (const [name, answer, detail] of unreadable) {
      it.effect(`of ${operation} that is ${name} is an unexpected response`, () => {
        const { layer, requests } = recording([answer])
        return Effect.gen(function* () {
          const error = yield* Effect.flip(run(yield* Targets))
          assert.strictEqual(nameOf(error), "UnexpectedResponse/Body")
          assert.propertyVal(error, "detail", detail)
          assert.propertyVal(error, "applied", isRead ? "no" : "unknown")
          assert.strictEqual(requests.length, 1)
        }).pipe(Effect.provide(layer))
      })
    }
  }

  it.effect("that breaks off is no answer", () => {
    const breaking = () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }),
      )
    const { layer } = recording([breaking], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.get("000MLGPR"))
      assert.strictEqual(nameOf(error), "TransportError/Reset")
      assert.propertyVal(error, "status", 200)
    }).pipe(Effect.provide(layer))
  })

  it.effect("of 8 MiB is read, and of a byte more isn't", () => {
    const target = JSON.stringify(sampleTarget)
    const padded = (size: number) => () => new Response(target + " ".repeat(size - target.length))
    const { layer } = recording([padded(8 * 1024 * 1024), padded(8 * 1024 * 1024 + 1)], once)
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* targets.get("000MLGPR")).id, "000MLGPR")
      const error = yield* Effect.flip(targets.get("000MLGPR"))
      assert.strictEqual(nameOf(error), "UnexpectedResponse/TooLarge")
    }).pipe(Effect.provide(layer))
  })

  const canary = "canary@example.com"
  const [bounce] = sampleTarget.bounce
  const places: ReadonlyArray<readonly [change: object, place: string]> = [
    [{ id: 1 }, "id"],
    [{ creationDate: canary }, "creationDate"],
    [{ lastUpdateDate: canary }, "lastUpdateDate"],
    [{ fields: canary }, "fields"],
    [{ fields: { 8103: { canary } } }, "fields.8103"],
    [{ fields: { 8107: ["a", { canary }] } }, "fields.8107.1"],
    [{ fields: { 123456: { canary } } }, "fields.123456"],
    // Longer ones may be telephone numbers.
    [{ fields: { 1234567: { canary } } }, "fields.…"],
    [{ fields: { "0612345": { canary } } }, "fields.…"],
    [{ fields: { [canary]: { canary } } }, "fields.…"],
    [{ fields: { "8103 canary": { canary } } }, "fields.…"],
    [{ fields: { "canary 8103": { canary } } }, "fields.…"],
    [{ hash: { canary } }, "hash"],
    [{ bounce: canary }, "bounce"],
    [{ bounce: [{ ...bounce, field: canary }] }, "bounce.0.field"],
    [{ bounce: [bounce, { ...bounce, type: { canary } }] }, "bounce.1.type"],
    [{ bounce: [{ ...bounce, timestamp: { canary } }] }, "bounce.0.timestamp"],
    [{ bounce: [{ ...bounce, reason: { canary } }] }, "bounce.0.reason"],
    [{ redList: canary }, "redList"],
    [{ redList: { mail: canary } }, "redList.mail"],
    [{ redList: { sms: { timestamp: { canary } } } }, "redList.sms.timestamp"],
  ]
  for (const [change, place] of places) {
    it.effect(`says that it doesn't decode at ${place}, and never what is there`, () => {
      const { layer } = recording([json({ ...sampleTarget, ...change })])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const error = yield* Effect.flip(targets.get("000MLGPR"))
        const detail = "detail" in error ? error.detail : undefined
        assert.strictEqual(detail?.split(" at ").at(-1), place)
        assert.notInclude(inspect(error, { depth: 20 }), "canary")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("says where a report of deletions doesn't decode", () => {
    const { layer } = recording([json([{ id: "000MLGPR", unicity: ["a", {}] }])])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.deleteMany({ type: "id", value: ["000MLGPR"] }))
      assert.propertyVal(error, "detail", "Expected string | number | null at 0.unicity.1")
    }).pipe(Effect.provide(layer))
  })

  for (const body of ["[]", "{}", "null", "[null]"]) {
    it.effect(`${body} of a lookup by unicity means there is none`, () => {
      const { layer } = recording([status(200, body)])
      return Effect.gen(function* () {
        const targets = yield* Targets
        assert.strictEqual((yield* Effect.flip(targets.getByUnicity("a@b.c")))._tag, "NotFound")
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("of a lookup by unicity may be an array of one, but not of two", () => {
    const { layer } = recording([json([sampleTarget]), json([sampleTarget, sampleTarget])])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* targets.getByUnicity("a@b.c")).id, "000MLGPR")
      assert.strictEqual(
        (yield* Effect.flip(targets.getByUnicity("a@b.c")))._tag,
        "UnexpectedResponse",
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("with a byte order mark is read", () => {
    const { layer } = recording([status(200, `\ufeff${JSON.stringify(sampleTarget)}`)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.strictEqual((yield* targets.get("000MLGPR")).id, "000MLGPR")
    }).pipe(Effect.provide(layer))
  })

  for (
    const [levels, reads] of [[1_000, true], [1_001, false], [4_000_000, false]] as const
  ) {
    it.effect(`with ${levels} levels of nesting is ${reads ? "read" : "given up"}`, () => {
      // Brackets in texts are none, and the target is a level itself.
      const texts = JSON.stringify({ ...sampleTarget, "[{": '[\\"[{'.repeat(1_000) })
      const siblings = `[${"{},".repeat(2_000)}{}]`
      const { layer } = recording([
        status(200, `{"x":${nestedArray(levels - 1)},"y":${siblings},${texts.slice(1)}`),
      ])
      return Effect.gen(function* () {
        const targets = yield* Targets
        const exit = yield* Effect.result(targets.get("000MLGPR"))
        assert.strictEqual(
          Result.isSuccess(exit) ? exit.success.id : nameOf(exit.failure),
          reads ? "000MLGPR" : "UnexpectedResponse/TooLarge",
        )
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("beyond 8 MiB is given up, whatever its declared length", () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20)
    let pulled = 0
    const endless = (headers: Record<string, string>) => () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            pulled++
            controller.enqueue(chunk)
          },
        }),
        { headers },
      )
    return Effect.forEach(
      [{}, { "content-length": "9000000" }, { "content-length": "10", "content-encoding": "gzip" }],
      (headers) => {
        const { layer } = recording([endless(headers)])
        pulled = 0
        return Effect.gen(function* () {
          const targets = yield* Targets
          const error = yield* Effect.flip(targets.get("000MLGPR"))
          assert.strictEqual(nameOf(error), "UnexpectedResponse/TooLarge")
          assert.isAtMost(pulled, 11)
        }).pipe(Effect.provide(layer))
      },
      { discard: true },
    )
  })

  it.effect("of a bulk delete may be missing, and the report says so", () => {
    const { layer } = recording([status(204), status(200, ""), status(200, " \r\n"), json([])])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const run = targets.deleteMany({ type: "id", value: ["000MLGPR"] })
      assert.deepStrictEqual(yield* run, { deleted: [], complete: false })
      assert.deepStrictEqual(yield* run, { deleted: [], complete: false })
      assert.deepStrictEqual(yield* run, { deleted: [], complete: false })
      assert.deepStrictEqual(yield* run, { deleted: [], complete: true })
    }).pipe(Effect.provide(layer))
  })
})
