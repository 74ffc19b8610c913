import { assert, describe, it } from "@effect/vitest"
import { AccountField, ValueList } from "@effect-np6/targets"
import { Schema } from "effect"

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
