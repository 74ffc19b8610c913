import { assert, describe, it } from "@effect/vitest"
import {
  AccountField,
  AccountSegment,
  BouncedTarget,
  RedListedTarget,
  ValueList,
} from "@effect-np6/targets"
import { DateTime, Schema } from "effect"

const decode = Schema.decodeUnknownSync(AccountField)
const isRefused = (input: unknown): boolean => {
  try {
    decode(input)
    return false
  } catch {
    return true
  }
}

const email = { type: "email", id: 8628, name: "email", isUnicity: true, isMandatory: true }

describe("AccountField", () => {
  it("reads the fields of NP6's documentation", () => {
    assert.deepStrictEqual(decode(email), email)
    assert.deepStrictEqual(
      decode({
        type: "textField",
        id: 8630,
        name: "prénom",
        isUnicity: false,
        isMandatory: false,
        constraint: { operator: 4, value: "150" },
        valueListId: null,
      }),
      {
        type: "textField",
        id: 8630,
        name: "prénom",
        isUnicity: false,
        isMandatory: false,
        constraint: { operator: "SmallerOrEqual", value: "150" },
      },
    )
  })

  it("keeps types and operators that aren't documented", () => {
    const field = decode({ ...email, type: "geo", constraint: { operator: 9, value: 1.5 } })
    assert.strictEqual(field.type, "geo")
    assert.deepStrictEqual(field.constraint, { operator: 9, value: "1.5" })
    assert.deepStrictEqual(Schema.encodeSync(AccountField)(field).constraint, {
      operator: 9,
      value: "1.5",
    })
  })

  it("refuses an id that no field can have", () => {
    for (const id of [0, -1, 1.5, 2 ** 31, "8628"]) assert.isTrue(isRefused({ ...email, id }))
  })
})

it("ValueList: reads labels in their order", () => {
  const list = {
    id: 1227,
    name: "civilité",
    ordered: true,
    values: [{ index: 1, value: "Mr" }, { index: 0, value: "Mrs" }],
  }
  assert.deepStrictEqual(Schema.decodeUnknownSync(ValueList)(list), list)
})

it("ValueList: reads an order that is null, or that is missing, as none", () => {
  const list = { id: 1227, name: "civilité", values: [] }
  for (const given of [{ ...list, ordered: null }, list]) {
    const decoded = Schema.decodeUnknownSync(ValueList)(given)
    assert.deepStrictEqual(decoded, { ...list, ordered: false })
    assert.deepStrictEqual(Schema.encodeSync(ValueList)(decoded), { ...list, ordered: false })
  }
})

/** That a value is read as it should be, and as the same after it was written again. */
const reads = <A, E>(schema: Schema.Codec<A, E>, input: unknown, expected: A): void => {
  const decoded = Schema.decodeUnknownSync(schema)(input)
  assert.deepStrictEqual(decoded, expected)
  const written: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(schema)(decoded)))
  assert.deepStrictEqual(Schema.decodeUnknownSync(schema)(written), expected)
}

const utc = (iso: string) => DateTime.makeUnsafe(iso)

describe("AccountSegment", () => {
  const segment = { type: "dynamic", id: 12345, name: "Actives" }

  it("reads the segments of NP6's documentation", () =>
    reads(AccountSegment, {
      ...segment,
      description: "segment's description",
      creation: "2016-04-01T10:22:00Z",
      expiration: "2016-10-01T10:22:00Z",
      isTest: true,
      targetsCount: 5,
      parentId: 12346,
      searchId: 7,
    }, {
      ...segment,
      description: "segment's description",
      creation: utc("2016-04-01T10:22:00Z"),
      expiration: utc("2016-10-01T10:22:00Z"),
      isTest: true,
      targetsCount: 5,
      parentId: 12346,
      searchId: 7,
    }))

  it("reads everything that NP6 documents as nullable as absent", () =>
    reads(AccountSegment, {
      ...segment,
      description: null,
      creation: null,
      expiration: null,
      isTest: null,
      targetsCount: null,
      parentId: null,
      searchId: null,
    }, segment))

  it("keeps a type that isn't known", () =>
    reads(AccountSegment, { ...segment, type: "smart" }, { ...segment, type: "smart" }))
})

describe("BouncedTarget", () => {
  const bounce = { type: "hardUser", fieldId: 788 }
  const read = (bounce: unknown) =>
    Schema.decodeUnknownSync(BouncedTarget)({ id: "0003Y5O9", bounces: [bounce] }).bounces[0]

  it("reads types by name and by number, and keeps those that aren't known", () => {
    for (const type of ["hardUser", "HARDUSER", 52, "52"]) {
      assert.strictEqual(read({ ...bounce, type })?.type, "HardUser")
    }
    for (const type of ["greylisted", 99]) {
      assert.strictEqual(read({ ...bounce, type })?.type, type)
    }
  })

  it("reads a bounce that has less, or an empty detail in another form", () => {
    assert.deepStrictEqual(Object.keys(read(bounce) ?? {}), ["type", "fieldId"])
    assert.deepStrictEqual(read({ ...bounce, detail: [] })?.detail, {})
    assert.deepStrictEqual(read({ ...bounce, detail: { message: null } })?.detail, {})
    assert.isFalse("detail" in (read({ ...bounce, detail: null, timestamp: null }) ?? {}))
  })
})

describe("RedListedTarget", () => {
  it("reads every origin, and keeps those that aren't known", () => {
    const origins = [
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
      10,
    ]
    for (const [code, origin] of origins.entries()) {
      const target = Schema.decodeUnknownSync(RedListedTarget)({ id: "000ABCD1", origin: code })
      assert.deepStrictEqual<unknown>(target, { id: "000ABCD1", origin })
    }
  })

  it("reads an empty detail in another form", () => {
    const target = { id: "000ABCD1", origin: 1, timestamp: "0001-01-01T00:00:00Z" }
    for (const [detail, expected] of [[[], {}], [{ formId: null }, {}]]) {
      assert.deepStrictEqual<unknown>(
        Schema.decodeUnknownSync(RedListedTarget)({ ...target, detail }),
        { id: "000ABCD1", origin: "Api", detail: expected },
      )
    }
  })
})
