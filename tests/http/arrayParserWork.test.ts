import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import type { ParserBounds } from "../../src/http/arrayParser.ts"
import { asJson, cutInto, readPieces } from "../harness/listDocuments.ts"

const utf8 = new TextEncoder()
const whole = 2 ** 30
// As those of a list, but a thousand times smaller.
const bounds: ParserBounds = { element: 16 * 1024, batch: 256 }
const read = (document: string, size: number, batch = bounds.batch) =>
  readPieces(cutInto(utf8.encode(document), [size]), asJson, { ...bounds, batch })

describe("the size of an array's element", () => {
  const element = `"${"x".repeat(bounds.element - 2)}"`

  it("may be as large as its bound", () => {
    for (const [size, batch] of [[whole, 256], [64, 256], [whole, 65_536]] as const) {
      const { elements, flaw } = read(`[{},${element},{}]`, size, batch)
      assert.isUndefined(flaw)
      assert.isTrue(elements[1] === JSON.parse(element))
      assert.lengthOf(elements, 3)
    }
    const object = `{"a":"${element.slice(7)}}`
    assert.isUndefined(read(`[{},{},${object}]`, whole, 65_536).flaw)
  })

  it("may not be larger, and doesn't have to end for that", () => {
    for (const size of [whole, 64]) {
      for (const rest of [",{}]", ""]) {
        const { elements, flaw } = read(`[{}, ${element}${rest}`, size)
        assert.strictEqual(flaw, "Limit")
        assert.lengthOf(elements, 1)
      }
    }
  })

  it("is bounded where spaces come without end, too", () => {
    const spaces = " ".repeat(bounds.element + 1)
    for (
      const [before, after, elements] of [["", "[]", 0], ["[", "1]", 0], ["[{}", "]", 1]] as const
    ) {
      const got = read(`${before}${spaces}${after}`, 1_000)
      assert.strictEqual(got.flaw, "Limit")
      assert.isAtMost(got.elements.length, elements)
    }
  })
})

describe("the work for an array", () => {
  /** How many bytes are turned into text, and parsed, for each byte of the document. */
  const workFor = (document: string, size: number): number => {
    const bytes = utf8.encode(document)
    let work = 0
    const decode = TextDecoder.prototype.decode
    const parse = JSON.parse
    const spies = [
      vi.spyOn(TextDecoder.prototype, "decode").mockImplementation(
        function (this: TextDecoder, input) {
          work += input?.byteLength ?? 0
          return decode.call(this, input)
        },
      ),
      vi.spyOn(JSON, "parse").mockImplementation((text) => {
        work += text.length
        return parse(text)
      }),
      vi.spyOn(Uint8Array.prototype, "set").mockImplementation(
        function (this: Uint8Array, from, at) {
          work += from.length
          Uint8ArraySet.call(this, from, at)
        },
      ),
    ]
    try {
      assert.isUndefined(
        readPieces(cutInto(bytes, [size]), asJson, { ...bounds, element: whole }).flaw,
      )
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
    return work / bytes.length
  }
  const Uint8ArraySet = Uint8Array.prototype.set

  const many = (part: string) => part.repeat(Math.ceil(2 ** 14 / part.length))
  const adversaries: ReadonlyArray<readonly [name: string, document: string]> = [
    ["one string of `},{`", `[{"a":"${many("},{")}"},{}]`],
    ["one array of objects", `[[${many("{},")}{}],{}]`],
    ["a nested element after each good one", `[${many('{},{"a":[{},{},{"},{":"},{"}]},')}{}]`],
    ["strings that end in `},{`", `[${many('{"a":"},{"},')}{}]`],
    ["numbers", `[${many("1,")}1]`],
    ["spaces", `[1,${many(" ")}1]`],
    ["brackets", `[${many("[[[[[[[[]]]]]]]],")}1]`],
    ["escapes", `["${many("\\\\")}",{}]`],
  ]
  for (const [name, document] of adversaries) {
    it(`grows with its length and no faster: ${name}`, () => {
      for (const size of [whole, 1_000, 80]) assert.isAtMost(workFor(document, size), 5)
    })
  }
})

describe("the elements of an array", () => {
  /** Whether `JSON.parse` is asked only for as much as can't be too deep: for a cut that was guessed. */
  const isGuess = (byJson: (text: string) => Array<unknown>): boolean => {
    try {
      byJson(`${"[".repeat(2_000)}${"]".repeat(2_000)}`)
      return false
    } catch {
      return true
    }
  }
  // Of what a guess is, each of these has all but one.
  const decoys = '"a":{},"b":[1,{"c":2}],"d":"}-{","e":[{} ,1]'
  const documents: { readonly [what: string]: string } = {
    "next to each other": `{${decoys}},`,
    "on lines of their own": `{${decoys}},\n  `,
  }
  for (const [what, part] of Object.entries(documents)) {
    it(`${what} are parsed where they are guessed to end`, () => {
      const count = 300
      const document = utf8.encode(`[${part.repeat(count)}{}]`)
      const calls = { guessed: 0, looked: 0 }
      const { elements, flaw } = readPieces(cutInto(document, [whole]), (text, byJson) => {
        calls[isGuess(byJson) ? "guessed" : "looked"]++
        return byJson(text)
      }, { element: whole, batch: 1_024 })
      assert.isUndefined(flaw)
      assert.lengthOf(elements, count + 1)
      assert.isAtLeast(calls.guessed, Math.floor(document.length / 1_024))
      assert.isAtMost(calls.looked, 2)
    })
  }
})

describe("the memory for an array", () => {
  const allocated = (document: string, bounds: ParserBounds): ReadonlyArray<number> => {
    const bytes = utf8.encode(document)
    const pieces = Array.from(cutInto(bytes, [bounds.batch]), (piece) => piece.slice())
    const sizes: Array<number> = []
    const Plain = Uint8Array
    class Counted extends Plain {
      // Views of it take nothing.
      static get [Symbol.species](): typeof Plain {
        return Plain
      }
      constructor(size: number) {
        super(size)
        sizes.push(size)
      }
    }
    vi.stubGlobal("Uint8Array", Counted)
    try {
      assert.isUndefined(readPieces(pieces, asJson, bounds).flaw)
    } finally {
      vi.unstubAllGlobals()
    }
    return sizes.filter((size) => size > 0)
  }
  const batch = 64
  const small = '{"a":1},'.repeat(1_000)

  it("is taken once for elements that are small", () =>
    assert.deepStrictEqual(allocated(`[${small}{}]`, { element: whole, batch }), [2 * batch]))

  it("grows with the largest, by doubling, and shrinks again", () => {
    const large = `{"a":"${"x".repeat(100 * batch)}"},`
    const sizes = allocated(`[${small}${large}${small}{}]`, { element: whole, batch })
    const largest = Math.max(...sizes)
    assert.isAbove(largest, large.length)
    assert.isBelow(largest, 3 * large.length)
    assert.isBelow(sizes.length, 15)
    assert.isAtMost(sizes.at(-1) ?? 0, 4 * batch)
  })
})
