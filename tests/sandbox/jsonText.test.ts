import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { offsetOf, placeOf, positionAt, problemIn } from "../../src/sandbox/jsonText.ts"

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What makes JSON, in pieces that are often put together wrongly. */
const piece = fc.constantFrom(
  ...["{", "}", "[", "]", ",", ":", " ", "\n", "\t", '"', '"a"', '"b"', '"\\u00e9"', '"\\x"', "\\"],
  ...[
    "0",
    "01",
    "-",
    "-0",
    "1.5",
    "1.",
    "1e3",
    "1e",
    "true",
    "false",
    "null",
    "nul",
    "é",
    "\u00a0",
  ],
)

describe("problemIn", () => {
  it("finds a problem where JSON.parse does, and else none but keys that are given twice", () =>
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("")
        const problem = problemIn(text)
        const isTwice = problem?.problem.endsWith(" is given twice") ?? false
        assert.strictEqual(problem === undefined || isTwice, isJson(text), text)
        assert.isAtMost(problem?.offset ?? 0, text.length)
      }),
      { numRuns: 2_000, seed: 1 },
    ))

  it("finds none in what JSON.stringify writes", () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        assert.isUndefined(problemIn(JSON.stringify(value, null, indent)))
      }),
      { seed: 1 },
    ))

  it("tells keys of one object from keys of another, and knows them in any spelling", () => {
    assert.isUndefined(problemIn('{"a":{"a":[{"a":1},{"a":1}]},"b":{"a":1}}'))
    assert.deepStrictEqual(problemIn('{"a":1,"b":{"c":1,"\\u0063":2}}'), {
      problem: 'the key "c" is given twice',
      offset: 18,
    })
  })

  it("doesn't overflow on deep nesting", () => {
    assert.isUndefined(problemIn("[".repeat(1_000_000) + "]".repeat(1_000_000)))
  })
})

describe("offsetOf", () => {
  it("leads to every value of a text", () =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const text = JSON.stringify({ value }, null, indent)
        const check = (one: unknown, path: ReadonlyArray<string | number>): void => {
          const rest = text.slice(offsetOf(text, path))
          const depth = path.length
          const own = JSON.stringify(one, null, indent).replaceAll(
            "\n",
            `\n${" ".repeat(depth * indent)}`,
          )
          assert.isTrue(rest.startsWith(own), `${text} at ${placeOf(path)}`)
          if (typeof one !== "object" || one === null) return
          for (const [key, child] of Object.entries(one)) {
            check(child, [...path, Array.isArray(one) ? Number(key) : key])
          }
        }
        check({ value }, [])
      }),
      { seed: 1 },
    ))

  it("leads to the innermost value there is, where a path leads further", () => {
    const text = '{"a": [1, {"b": 2}]}'
    assert.strictEqual(offsetOf(text, ["a", 1, "c", "d"]), text.indexOf('{"b"'))
    assert.strictEqual(offsetOf(text, ["x"]), 0)
  })
})

describe("positionAt", () => {
  it("counts lines and columns from 1, whatever ends a line", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = `a${end}bc${end}d`
      assert.deepStrictEqual(positionAt(text, 0), { line: 1, column: 1 })
      assert.deepStrictEqual(positionAt(text, text.indexOf("c")), { line: 2, column: 2 })
      assert.deepStrictEqual(positionAt(text, text.length), { line: 3, column: 2 })
    }
  })
})

describe("placeOf", () => {
  it("writes a path as a program would", () => {
    assert.strictEqual(placeOf([]), "")
    assert.strictEqual(placeOf(["targets", 3, "fields", "8103"]), 'targets[3].fields["8103"]')
    assert.strictEqual(placeOf([0, "last name"]), '[0]["last name"]')
  })
})
