import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { suggest } from "../../src/data/suggest.ts"

const fields = ["Email", "Birthday", "Last name", "Prénom", "Civility", "A"]
const cases: ReadonlyArray<readonly [word: string, meant: string | undefined]> = [
  ["E-mail", "Email"],
  ["EMAIL", "Email"],
  ["emial", "Email"],
  ["birtday", "Birthday"],
  ["lastname", "Last name"],
  ["prenom", "Prénom"],
  ["Civilité", "Civility"],
  ["Phone", undefined],
  ["B", undefined],
  ["", undefined],
  ["---", undefined],
  ["birthday".repeat(10), undefined],
]

describe("suggest", () => {
  for (const [word, meant] of cases) {
    it(`${JSON.stringify(word)} means ${meant ?? "none"}`, () =>
      assert.strictEqual(suggest(word, fields), meant))
  }

  it("compares no text that is too long for a name", () => {
    assert.strictEqual(suggest("x".repeat(60), ["x".repeat(60)]), "x".repeat(60))
    assert.isUndefined(suggest("x".repeat(61), ["x".repeat(61)]))
  })

  it("never means a candidate without a letter", () => assert.isUndefined(suggest("?", ["!", "-"])))

  it("prefers the nearest, and of equals the first", () => {
    assert.strictEqual(suggest("Mrs", ["Mr", "Mrs"]), "Mrs")
    assert.strictEqual(suggest("Mrx", ["Mra", "Mrb"]), "Mra")
  })

  it("finds a word that one letter was left out of, or added to", () => {
    const word = fc.stringMatching(/^[a-z]{4,20}$/)
    fc.assert(
      fc.property(word, fc.nat(), fc.boolean(), (word, at, isAdded) => {
        const index = at % word.length
        const misspelt = word.slice(0, index) + (isAdded ? "x" : "") +
          word.slice(isAdded ? index : index + 1)
        assert.strictEqual(suggest(misspelt, ["0000000000", word]), word)
      }),
      { seed: 20261125 },
    )
  })
})
