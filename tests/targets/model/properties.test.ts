import { assert, describe, it } from "@effect/vitest"
import { Fields, type FieldValue, TargetId } from "@effect-np6/targets"
import { DateTime, Option, Result, Schema } from "effect"
import * as fc from "fast-check"
import * as TargetModel from "../../../src/targets/TargetModel.ts"

interface Kind {
  readonly make: (id: number) => TargetModel.Field<unknown>
  readonly values: fc.Arbitrary<unknown>
}

// JSON has no -0; half a character is refused.
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
  .map((value) => value === 0 ? 0 : value)
const texts = fc.string({ unit: "grapheme" })
const labels = fc.uniqueArray(fc.string({ minLength: 1 }), {
  minLength: 1,
  maxLength: 5,
  selector: (label) => label.toLowerCase(),
})
const dates = fc.date({ noInvalidDate: true, min: new Date("0002-01-01T00:00:00Z") })
  .map((value) => DateTime.makeUnsafe(value))
const days = fc.date({
  noInvalidDate: true,
  min: new Date("0002-01-01T00:00:00Z"),
  max: new Date("9999-12-31T00:00:00Z"),
}).map((value) => DateTime.formatIsoDateUtc(DateTime.makeUnsafe(value)))

const nonEmpty = <A>([first, ...rest]: ReadonlyArray<A>): readonly [A, ...ReadonlyArray<A>] => {
  if (first === undefined) throw new Error("an empty array")
  return [first, ...rest]
}

const plain: ReadonlyArray<Kind> = [
  { make: (id) => TargetModel.text(id), values: fc.option(texts) },
  { make: (id) => TargetModel.number(id), values: fc.option(numbers) },
  { make: (id) => TargetModel.date(id), values: fc.option(dates) },
  {
    make: (id) => TargetModel.date(id, { slashes: "dd/mm/yyyy" }),
    values: fc.option(dates),
  },
  { make: (id) => TargetModel.day(id), values: fc.option(days) },
  { make: (id) => TargetModel.day(id, { timeZone: "Asia/Tokyo" }), values: fc.option(days) },
  {
    make: (id) => TargetModel.flag(id, { yes: 1, no: 0 }),
    values: fc.option(fc.boolean()),
  },
  {
    make: (id) => TargetModel.field(id, Schema.NumberFromString),
    values: fc.option(numbers),
  },
  {
    make: (id) => TargetModel.field(id, Schema.OptionFromNullOr(Schema.Boolean)),
    values: fc.option(fc.boolean()).map(Option.fromNullOr),
  },
]
const kind: fc.Arbitrary<Kind> = fc.oneof(
  fc.constantFrom(...plain),
  labels.map((list): Kind => ({
    make: (id) => TargetModel.choice(id, nonEmpty(list)),
    values: fc.option(fc.constantFrom(...list)),
  })),
  labels.map((list): Kind => ({
    make: (id) => TargetModel.choices(id, nonEmpty(list)),
    values: fc.array(fc.constantFrom(...list)),
  })),
)

const names = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "fields", "1", "email"),
  fc.string(),
)
const ids = fc.integer({ min: 1, max: 2 ** 31 - 1 })

// A model whose first field is the unicity, and values for some of its fields.
const world = fc.uniqueArray(fc.tuple(names, ids, kind), {
  minLength: 1,
  maxLength: 8,
  comparator: (a, b) => a[0] === b[0] || a[1] === b[1],
}).chain((columns) => {
  const [[key], ...rest] = nonEmpty(columns)
  const keyId = Math.max(...columns.map(([, id]) => id)) % (2 ** 31 - 1) + 1
  const taken = rest.some(([, id]) => id === keyId)
  const fields = [
    [key, TargetModel.text(taken ? 2 ** 31 - 1 : keyId)] as const,
    ...rest.map(([name, id, { make }]) => [name, make(id)] as const),
  ]
  const model = TargetModel.make<
    { readonly [name: string]: TargetModel.Field<unknown> },
    string
  >(Object.fromEntries(fields), { unicity: key })
  return fc.record({
    unicity: fc.string({ minLength: 1, unit: "grapheme" }),
    rest: fc.tuple(
      ...rest.map(([name, , { values }]) =>
        fc.option(values.map((value) => [name, value] as const), { nil: undefined })
      ),
    ),
  }).map(({ unicity, rest }) => ({
    model,
    key,
    unicity,
    fields,
    values: Object.fromEntries<unknown>([
      [key, unicity],
      ...rest.filter((entry) => entry !== undefined),
    ]),
  }))
})

const id = Schema.decodeUnknownSync(TargetId)("000MLGPR")
const asFields = Schema.decodeUnknownSync(Fields)
const seed = { seed: 20260101, numRuns: 500 }

describe("TargetModel: for any model", () => {
  it("encode, decode: values come back from JSON as they were, and only what is given is sent", () => {
    fc.assert(
      fc.property(world, ({ model, key, unicity, fields, values }) => {
        const named = Object.fromEntries([[key, unicity]])
        // The values have the unicity too; this says so to the compiler.
        const whole = Object.defineProperties(named, Object.getOwnPropertyDescriptors(values))
        const encoded = Result.getOrThrow(model.encode(whole))
        assert.deepStrictEqual(encoded.unicity, [unicity])
        const ids = fields.filter(([name]) => Object.hasOwn(values, name))
          .map(([, field]) => String(field.id))
        assert.sameMembers(Object.keys(encoded.values), ids)
        assert.deepStrictEqual(Result.getOrThrow(model.encodeValues(values)), encoded.values)
        assert.deepStrictEqual(Result.getOrThrow(model.encodeUnicity(whole)), encoded.unicity)

        const reply = asFields(JSON.parse(JSON.stringify(encoded.values)))
        const read = model.decodeListed({ id, fields: reply })
        assert.deepStrictEqual(
          new Map(Object.entries(read.values)),
          new Map(Object.entries(values)),
        )
        assert.deepStrictEqual(read.unknown, {})
        assert.deepStrictEqual(read.undecoded, [])
      }),
      seed,
    )
  })

  const scalar = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null))
  const wire: fc.Arbitrary<FieldValue> = fc.oneof(scalar, fc.array(scalar))

  it("decode: each value of any response is in `values` or in `unknown`, once", () => {
    const reply = world.chain(({ model, fields }) =>
      fc.tuple(
        fc.array(wire, { minLength: fields.length, maxLength: fields.length }),
        fc.dictionary(fc.oneof(ids.map(String), fc.string()), wire),
      ).map(([known, others]) => ({
        model,
        fields,
        reply: Object.fromEntries([
          ...Object.entries(others),
          ...fields.map(([, field], i) => [String(field.id), known[i] ?? null] as const),
        ]),
      }))
    )
    fc.assert(
      fc.property(reply, ({ model, fields, reply }) => {
        const { values, unknown, undecoded } = model.decodeListed({ id, fields: reply })
        const decoded = fields.filter(([name]) => Object.hasOwn(values, name))
          .map(([, field]) => String(field.id))
        assert.sameMembers([...decoded, ...Object.keys(unknown)], Object.keys(reply))
        for (const [key, value] of Object.entries(unknown)) assert.strictEqual(value, reply[key])
        assert.strictEqual(decoded.length + undecoded.length, fields.length)
        for (const { fieldId } of undecoded) assert.property(unknown, String(fieldId))
      }),
      seed,
    )
  })
})
