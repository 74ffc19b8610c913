import { assert, describe, it } from "@effect/vitest"
import {
  Bounce,
  BounceType,
  DeletedTarget,
  FieldId,
  FieldValue,
  ListedTarget,
  RedList,
  RedListReason,
  SegmentId,
  Target,
  TargetId,
  Unicity,
} from "@effect-np6/targets"
import { DateTime, Exit, Schema } from "effect"
import * as fc from "fast-check"

const decodes = <A, E>(schema: Schema.Codec<A, E>, wire: unknown): A =>
  Schema.decodeUnknownSync(schema)(wire)
const refuses = (schema: Schema.ConstraintDecoder<unknown>, wire: unknown): boolean =>
  Exit.isFailure(Schema.decodeUnknownExit(schema)(wire))
const iso = (instant: DateTime.Utc | undefined): string | undefined =>
  instant === undefined ? undefined : DateTime.formatIso(instant)

// The samples of the API page, as they stand there but for its comments.
const page = {
  listed: {
    id: "000MLGPR",
    creationDate: "2016-04-04T08:55:00Z",
    lastUpdateDate: "2016-04-04T08:55:00Z",
    fields: { "8103": "test@test.com" },
  },
  target: {
    id: "000MLGPR",
    creationDate: "2016-04-04T08:55:00Z",
    lastUpdateDate: "2016-04-25T14:27:00Z",
    fields: { "8101": "Mr", "8102": "Test", "8103": "test@test.com" },
    bounce: [{ field: 8102, type: 1, timestamp: "1465831160", reason: 1 }],
    redList: {
      mail: { timestamp: "1465831160", reason: 1 },
      sms: { timestamp: "1465831160", reason: 1 },
    },
  },
  deleted: [{ id: "000JW54T", unicity: ["t1@test.com"] }, {
    id: "000JW54V",
    unicity: ["t2@toto.fr"],
  }],
}

describe("the samples of the API page", () => {
  it("decode", () => {
    const listed = decodes(ListedTarget, page.listed)
    assert.strictEqual(iso(listed.creationDate), "2016-04-04T08:55:00.000Z")
    const target = decodes(Target, page.target)
    assert.strictEqual(iso(target.bounce?.[0]?.timestamp), "2016-06-13T15:19:20.000Z")
    assert.strictEqual(target.bounce?.[0]?.type, 1)
    assert.strictEqual(target.redList?.mail?.reason, "Api")
    assert.deepStrictEqual(
      decodes(Schema.mutable(Schema.Array(Schema.Unknown)), page.deleted).length,
      2,
    )
    assert.strictEqual(decodes(DeletedTarget, page.deleted[0]).unicity[0], "t1@test.com")
  })

  it("encode to what they were", () => {
    assert.deepStrictEqual<unknown>(
      Schema.encodeSync(Target)(decodes(Target, page.target)),
      page.target,
    )
    assert.deepStrictEqual<unknown>(
      Schema.encodeSync(ListedTarget)(decodes(ListedTarget, page.listed)),
      page.listed,
    )
  })
})

describe("a target", () => {
  const minimal = { id: "000MLGPR", fields: {} }

  it("may lack bounce, red list and hash, which is not the same as having none", () => {
    const bare = decodes(Target, minimal)
    assert.deepStrictEqual(Object.keys(bare).sort(), ["fields", "id"])
    const empty = decodes(Target, { ...minimal, bounce: [], redList: {} })
    assert.deepStrictEqual(empty.bounce, [])
    assert.deepStrictEqual(empty.redList, {})
  })

  it("may have its empty bounce and red list written the other way round, or null", () => {
    const swapped = decodes(Target, { ...minimal, bounce: {}, redList: [], hash: null })
    assert.deepStrictEqual(swapped.bounce, [])
    assert.deepStrictEqual(swapped.redList, {})
    const nulls = decodes(Target, { ...minimal, bounce: null, redList: null, creationDate: null })
    assert.deepStrictEqual(Object.keys(nulls).sort(), ["fields", "id"])
    assert.deepStrictEqual(decodes(RedList, { mail: null, sms: {} }), { sms: {} })
    assert.deepStrictEqual(decodes(RedList, { mail: [], sms: { reason: null } }), {
      mail: {},
      sms: {},
    })
    assert.deepStrictEqual(decodes(Target, { id: "X", fields: [] }).fields, {})
    assert.deepStrictEqual(decodes(Target, { id: "X", fields: null }).fields, {})
  })

  it("holds text, numbers, flags, lists and null in its fields", () => {
    const fields = { "1": "a", "2": 4.5, "3": ["x", "y"], "4": null, "5": [], "6": true, "7": -0 }
    assert.deepStrictEqual(decodes(Target, { ...minimal, fields }).fields, fields)
  })

  it("keeps a field called __proto__ as a field", () => {
    const wire = JSON.parse('{"id":"000MLGPR","fields":{"__proto__":"x","constructor":"y"}}')
    const { fields } = decodes(Target, wire)
    assert.deepStrictEqual(Object.keys(fields).sort(), ["__proto__", "constructor"])
    assert.notProperty({}, "x")
  })

  const wrong: ReadonlyArray<readonly [string, unknown]> = [
    ["no id", { fields: {} }],
    ["a number for an id", { ...minimal, id: 12345 }],
    ["an empty id", { ...minimal, id: "" }],
    ["no fields", { id: "000MLGPR" }],
    ["an array for its fields", { ...minimal, fields: ["x"] }],
    ["an object in a field", { ...minimal, fields: { "1": {} } }],
    ["a number that lost digits", { ...minimal, fields: { "1": 2 ** 53 } }],
    ["an infinite number", { ...minimal, fields: { "1": Infinity } }],
    ["a date that is none", { ...minimal, creationDate: "yesterday" }],
    ["a bounce that is none", { ...minimal, bounce: ["x"] }],
    ["bounces in an object", { ...minimal, bounce: { "0": {} } }],
    ["a red list of text", { ...minimal, redList: "mail" }],
    ["nothing", null],
    ["an array", []],
  ]
  for (const [name, wire] of wrong) {
    it(`with ${name} doesn't decode`, () => assert.isTrue(refuses(Target, wire)))
  }
})

describe("the report of a deletion", () => {
  it("doesn't fail on how a criterion is written", () => {
    const read = (unicity: unknown) => decodes(DeletedTarget, { id: "X", unicity }).unicity
    assert.deepStrictEqual(read(["a@b.c", 12, null]), ["a@b.c", "12", ""])
    assert.deepStrictEqual(read(null), [])
    assert.deepStrictEqual(decodes(DeletedTarget, { id: "X" }).unicity, [])
    const deleted = decodes(DeletedTarget, { id: "X", unicity: ["a", 1, null] })
    assert.deepStrictEqual(Schema.encodeSync(DeletedTarget)(deleted), {
      id: "X",
      unicity: ["a", "1", ""],
    })
  })
})

describe("an instant", () => {
  const instantOf = (wire: unknown) =>
    iso(decodes(ListedTarget, { id: "X", fields: {}, creationDate: wire }).creationDate)
  const forms: ReadonlyArray<readonly [wire: string | number | null, instant: string | undefined]> =
    [
      ["2016-04-04T08:55:00Z", "2016-04-04T08:55:00.000Z"],
      ["2016-05-25T15:00:58.251Z", "2016-05-25T15:00:58.251Z"],
      ["2016-05-25T15:00:58.2512345Z", "2016-05-25T15:00:58.251Z"],
      ["2016-04-04T10:55:00+02:00", "2016-04-04T08:55:00.000Z"],
      ["2016-04-04T10:55:00+0200", "2016-04-04T08:55:00.000Z"],
      ["2016-04-04 08:55:00", "2016-04-04T08:55:00.000Z"],
      ["2016-04-04T08:55:00", "2016-04-04T08:55:00.000Z"],
      ["2016-04-04T08:55Z", "2016-04-04T08:55:00.000Z"],
      ["2016-04-04", "2016-04-04T00:00:00.000Z"],
      ["2016-02-29T00:00:00Z", "2016-02-29T00:00:00.000Z"],
      ["1465831160", "2016-06-13T15:19:20.000Z"],
      [1465831160, "2016-06-13T15:19:20.000Z"],
      ["1465831160251", "2016-06-13T15:19:20.251Z"],
      [1465831160251, "2016-06-13T15:19:20.251Z"],
      ["1465831160.5", "2016-06-13T15:19:20.500Z"],
      [0, "1970-01-01T00:00:00.000Z"],
      ["-86400", "1969-12-31T00:00:00.000Z"],
      ["0001-01-01T00:00:00Z", undefined],
      ["0001-01-01T00:00:00", undefined],
      [-62135596800, undefined],
      [-62135596800000, undefined],
      ["", undefined],
      [null, undefined],
    ]
  for (const [wire, instant] of forms) {
    it(`${JSON.stringify(wire)} is ${instant ?? "absent"}`, () =>
      assert.strictEqual(instantOf(wire), instant))
  }

  const none = [
    "x",
    "2016-13-01",
    "2016-02-30",
    "2015-02-29T00:00:00Z",
    "1900-02-29",
    "04/04/2016",
    "2016-04-04T25:00:00Z",
    "2016-04-04T08:55:00 Europe/Paris",
    "1e9",
    "0x10",
    " 1465831160",
    "99999999999999999",
    NaN,
    Infinity,
    1e300,
    true,
    {},
    [],
  ]
  for (const wire of none) {
    it(`${JSON.stringify(wire)} doesn't decode`, () =>
      assert.isTrue(refuses(ListedTarget, { id: "X", fields: {}, creationDate: wire })))
  }
})

describe("a code", () => {
  it("that is known has a name, in whatever form it came", () => {
    const names = [3, 4, 51, 52, 53, 54, 6].map((code) => decodes(BounceType, code))
    assert.deepStrictEqual(names, [
      "Validated",
      "Soft",
      "HardDomain",
      "HardUser",
      "HardOther",
      "HardRules",
      "ReportAsSpam",
    ])
    assert.deepStrictEqual(
      ["52", "hardUser", "HARDUSER"].map((code) => decodes(BounceType, code)),
      ["HardUser", "HardUser", "HardUser"],
    )
    assert.deepStrictEqual(
      Array.from({ length: 10 }, (_, code) => decodes(RedListReason, code)),
      [
        "Unknown",
        "Api",
        "Import",
        "Form",
        "ListUnsubscribe",
        "Complaint",
        "SmsStop",
        "SmsBlacklist",
        "SmsAdministrative",
        "SmsSpecific",
      ],
    )
  })

  it("that is unknown survives", () => {
    for (const code of [1, 0, -3, 999, "mystery", "", "toString", "__proto__"]) {
      assert.strictEqual(decodes(BounceType, code), code)
      assert.strictEqual(Schema.encodeSync(BounceType)(decodes(BounceType, code)), code)
    }
    assert.strictEqual(decodes(RedListReason, 10), 10)
  })
})

describe("an id", () => {
  it("of a target has letters, digits, _ and -, and no more than 64", () => {
    for (const id of ["000MLGPR", "00001E10", "a_b-c", "x".repeat(64)]) {
      assert.strictEqual<string>(decodes(TargetId, id), id)
    }
    for (const id of ["", ".", "..", "a/b", "a b", "é", "x".repeat(65), "a\n"]) {
      assert.isTrue(refuses(TargetId, id), id)
    }
  })

  it("of a segment or a field is a positive 32-bit integer", () => {
    for (const schema of [SegmentId, FieldId]) {
      for (const id of [1, 12345, 2147483647]) assert.isFalse(refuses(schema, id))
      for (const id of [0, -1, 1.5, 2147483648, NaN, "1", null]) assert.isTrue(refuses(schema, id))
    }
  })
})

describe("a unicity", () => {
  it("is one criterion or several, and encodes to what was given", () => {
    for (const given of ["a@b.c", ["a@b.c", "Doe"]] as const) {
      const unicity = decodes(Unicity, given)
      assert.deepStrictEqual<unknown>([...unicity], [given].flat())
      assert.deepStrictEqual<unknown>(Schema.encodeSync(Unicity)(unicity), given)
    }
    assert.isTrue(refuses(Unicity, []))
  })
})

describe("whatever the wire holds", () => {
  const seed = { seed: 20261123, numRuns: 1000 }
  const millis = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) })
  const instant = fc.option(millis.map((ms) => DateTime.makeUnsafe(ms)), { nil: undefined })
  const scalar = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
    fc.boolean(),
  )
  const value = fc.oneof(scalar, fc.constant(null), fc.array(fc.oneof(scalar, fc.constant(null))))
  const fields = fc.dictionary(
    fc.oneof(fc.string(), fc.constant("__proto__"), fc.nat().map(String)),
    value,
  )
  const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value))
  const defined = (record: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined))
  const isKnown = (code: unknown) =>
    typeof decodes(BounceType, code) !== typeof code ||
    decodes(RedListReason, code) !== code
  const code = fc.oneof(
    fc.constantFrom("Soft", "HardUser", "ReportAsSpam"),
    fc.integer().filter((n) => !isKnown(n)),
  )
  const reason = fc.oneof(
    fc.constantFrom("Complaint", "Unknown"),
    fc.integer({ min: 10 }),
  )
  const bounce = fc.record({
    field: fc.integer({ min: 1, max: 2147483647 }),
    type: code,
    timestamp: instant,
    reason: fc.option(fc.oneof(fc.integer(), fc.string()), { nil: undefined }),
  }).map(defined)
  const entry = fc.record({ timestamp: instant, reason: fc.option(reason, { nil: undefined }) })
    .map(defined)
  const target = fc.record({
    id: fc.stringMatching(/^[0-9A-Z]{8}$/),
    creationDate: instant,
    lastUpdateDate: instant,
    fields,
    hash: fc.option(fc.string(), { nil: undefined }),
    bounce: fc.option(fc.array(bounce), { nil: undefined }),
    redList: fc.option(
      fc.record({
        mail: fc.option(entry, { nil: undefined }),
        sms: fc.option(entry, { nil: undefined }),
      })
        .map(defined),
      { nil: undefined },
    ),
  }).map(defined)

  it("a target that is encoded decodes to itself, over JSON too", () => {
    const isTarget = Schema.is(Target)
    fc.assert(
      fc.property(target, (generated) => {
        if (!isTarget(generated)) throw new Error("not a target")
        const wire = JSON.parse(JSON.stringify(Schema.encodeSync(Target)(generated)))
        assert.deepStrictEqual(decodes(Target, wire), withoutMinusZero(generated))
      }),
      seed,
    )
  })
  // JSON has no -0.
  const withoutMinusZero = (generated: Target): Target => ({
    ...generated,
    fields: overJson(generated.fields),
  })

  it("JSON never gives anything but a target or a schema error", () => {
    const wire = fc.oneof(
      fc.jsonValue(),
      target.map((generated) => ({ ...generated, extra: 1 })),
      fc.record({
        id: fc.constant("X"),
        fields: fc.jsonValue(),
        bounce: fc.jsonValue(),
        redList: fc.jsonValue(),
        creationDate: fc.jsonValue(),
      }, { requiredKeys: ["id"] }),
    )
    for (
      const schema of [Target, ListedTarget, Bounce, RedList, DeletedTarget, FieldValue, Unicity]
    ) {
      fc.assert(
        fc.property(wire, (json) => {
          const exit = Schema.decodeUnknownExit<Schema.Codec<unknown, unknown>>(schema)(json)
          if (Exit.isFailure(exit)) {
            assert.isTrue(
              exit.cause.reasons.every((r) => r._tag === "Fail" && Schema.isSchemaError(r.error)),
            )
          }
        }),
        { ...seed, numRuns: 300 },
      )
    }
  })
})
