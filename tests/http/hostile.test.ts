import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, TargetModel, Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { recording, sampleTarget, status } from "../harness/recording.ts"

const withFields = (fields: string) => `{"id":"000MLGPR","fields":${fields}}`

/** Reads a target, in the answer to `get` and in a list. */
const read = (target: string) => {
  const one = recording([status(200, target)], { retry: RetryPolicy.none })
  const all = recording([status(200, `[${target}]`)], { retry: RetryPolicy.none })
  return Effect.all([
    Effect.provide(Targets.use((targets) => targets.get("000MLGPR")), one.layer),
    Effect.provide(
      Effect.map(Targets.use((targets) => targets.list), ([target]) => target),
      all.layer,
    ),
  ])
}

const unreadable = (target: string) =>
  Effect.map(Effect.flip(read(target)), (error) => {
    assert.propertyVal(error, "_tag", "UnexpectedResponse")
    return error
  })

describe("the fields of a reply", () => {
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "toJSON",
    "then",
    "",
    "\ud800",
  ]
  for (const name of names) {
    it.effect(`may be called ${JSON.stringify(name)}, which changes nothing else`, () =>
      Effect.gen(function* () {
        for (const target of yield* read(withFields(`{${JSON.stringify(name)}:"x","8103":"y"}`))) {
          const fields: object = target?.fields ?? {}
          assert.sameMembers(Reflect.ownKeys(fields), [name, "8103"])
          assert.strictEqual(Object.getOwnPropertyDescriptor(fields, name)?.value, "x")
          assert.strictEqual(Object.getPrototypeOf(fields), Object.prototype)
        }
      }))
  }

  it.effect("pollute no prototype", () =>
    Effect.gen(function* () {
      yield* unreadable(withFields(`{"__proto__":{"polluted":true}}`))
      yield* unreadable(withFields(`{"constructor":{"prototype":{"polluted":true}}}`))
      yield* read(`{"__proto__":{"polluted":true},"id":"000MLGPR","fields":{}}`)
      assert.notProperty({}, "polluted")
    }))

  it.effect("have the last value of a name that is repeated", () =>
    Effect.gen(function* () {
      for (const target of yield* read(withFields(`{"8103":"first","8103":"last"}`))) {
        assert.deepStrictEqual(target?.fields, { 8103: "last" })
      }
    }))

  it.effect("may hold half a character, as it came", () =>
    Effect.gen(function* () {
      for (const target of yield* read(withFields(String.raw`{"8103":"a\ud800"}`))) {
        assert.strictEqual(target?.fields[8103], "a\ud800")
      }
    }))

  it.effect("of a model are none of its names' business", () =>
    Effect.gen(function* () {
      const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
      const [target] = yield* read(withFields(`{"__proto__":"x","constructor":"y","8103":"z"}`))
      const { unknown, values } = Contact.decode(target)
      assert.deepStrictEqual(values, { email: "z" })
      assert.sameMembers(Reflect.ownKeys(unknown), ["__proto__", "constructor"])
    }))
})

describe("a number of a reply", () => {
  for (const lost of ["12345678901234567890", "9007199254740993", "-9007199254740992", "1e400"]) {
    const places: { readonly [where: string]: string } = {
      "a field": withFields(`{"8106":${lost}}`),
      "a field's list": withFields(`{"8106":[${lost}]}`),
      "a bounce's field": `{"id":"A","fields":{},"bounce":[{"field":${lost},"type":1}]}`,
      "a bounce's type": `{"id":"A","fields":{},"bounce":[{"field":1,"type":${lost}}]}`,
      "a bounce's reason":
        `{"id":"A","fields":{},"bounce":[{"field":1,"type":1,"reason":${lost}}]}`,
      "a red list's reason": `{"id":"A","fields":{},"redList":{"mail":{"reason":${lost}}}}`,
    }
    for (const [where, target] of Object.entries(places)) {
      it.effect(`that is ${lost} is no value of ${where}: it would be rounded`, () => {
        const { layer } = recording([status(200, target)])
        return Effect.gen(function* () {
          const targets = yield* Targets
          const error = yield* Effect.flip(targets.get("000MLGPR"))
          assert.propertyVal(error, "_tag", "UnexpectedResponse")
          assert.notInclude(error.message, lost)
        }).pipe(Effect.provide(layer))
      })
    }
  }

  for (const kept of ["0", "-0", "9007199254740991", "-9007199254740991", "1e2", "0.1", "1.5e-7"]) {
    it.effect(`that is ${kept} is read`, () =>
      Effect.gen(function* () {
        for (const target of yield* read(withFields(`{"8106":${kept}}`))) {
          assert.strictEqual(target?.fields[8106], Number(kept))
        }
      }))
  }

  it.effect("targets.deleteMany: reports a criterion with lost digits as empty, and itself as incomplete", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [criterion: string, text: string, complete: boolean]> = [
        ['"a\\"1e5"', 'a"1e5', true],
        ["42", "42", true],
        ["1.5", "1.5", true],
        ["9007199254740991", "9007199254740991", true],
        ["null", "", true],
        ["12345678901234567890", "", false],
        ["-9007199254740993", "", false],
        ["1e400", "", false],
      ]
      for (const [criterion, text, complete] of cases) {
        const { layer } = recording([status(200, `[{"id":"000JW54T","unicity":[${criterion}]}]`)])
        const report = yield* Targets.use((targets) =>
          targets.deleteMany({ type: "id", value: ["000JW54T"] })
        ).pipe(Effect.provide(layer))
        assert.deepStrictEqual(report.deleted.map(({ unicity }) => unicity), [[text]])
        assert.strictEqual(report.complete, complete)
      }
    }))

  it.effect("that is none makes no report of what isn't JSON", () => {
    const { layer } = recording([status(200, `[{"id":"A","unicity":[01234567890123456789]}]`)])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const error = yield* Effect.flip(targets.deleteMany({ type: "id", value: ["A"] }))
      assert.propertyVal(error, "_tag", "UnexpectedResponse")
    }).pipe(Effect.provide(layer))
  })
})

describe("nesting without end", () => {
  const deep = (open: string, close: string) => `${open.repeat(100_000)}1${close.repeat(100_000)}`
  const replies: { readonly [name: string]: string } = {
    "in a field": withFields(`{"8103":${deep("[", "]")}}`),
    "in a field, of objects": withFields(`{"8103":${deep('{"x":', "}")}}`),
    "in place of a target": deep("[", "]"),
    "in a bounce": `{"id":"000MLGPR","fields":{},"bounce":${deep("[", "]")}}`,
    "that never closes": "[".repeat(100_000),
    "in what nobody asked for": `{"x":${deep("[", "]")},"id":"000MLGPR","fields":{}}`,
  }
  for (const [name, reply] of Object.entries(replies)) {
    it.effect(`${name} is a value or a typed failure`, () =>
      Effect.forEach([reply, `[${reply}]`], (body) =>
        Effect.forEach([200, 400], (code) => {
          const { layer } = recording([status(code, body)], { retry: RetryPolicy.none })
          return Effect.gen(function* () {
            const targets = yield* Targets
            const calls: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
              targets.get("000MLGPR"),
              targets.getByUnicity("a@b.c"),
              targets.list,
              targets.deleteMany({ type: "segment", value: 1 }),
            ]
            for (const call of calls) {
              // A defect would end the test.
              const tag = yield* Effect.match(call, {
                onFailure: (error) => error._tag,
                onSuccess: () => "success",
              })
              assert.include(["success", "UnexpectedResponse", "BadRequest"], tag)
            }
          }).pipe(Effect.provide(layer))
        })))
  }
})

describe("a good reply", () => {
  it.effect("stays good", () => Effect.asVoid(read(JSON.stringify(sampleTarget))))
})
