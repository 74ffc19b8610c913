import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import type { Bounds } from "../../src/internal/jsonArray.ts"
import { asJson, cutInto, readPieces } from "../support/arrays.ts"

const utf8 = new TextEncoder()
const whole = 2 ** 30
// As those of a list, but a thousand times smaller.
const bounds: Bounds = { element: 16 * 1024, batch: 16 }
const read = (document: string, size: number) =>
  readPieces(cutInto(utf8.encode(document), [size]), asJson, bounds)

describe("the size of an array's element", () => {
  it("may be as large as its bound, and not larger", () => {
    for (const size of [whole, 64]) {
      const element = `"${"x".repeat(bounds.element - 2)}"`
      const { elements, flaw } = read(`[{},${element},{}]`, size)
      assert.isUndefined(flaw)
      assert.deepStrictEqual(elements.map((value) => String(value).length), [
        15,
        bounds.element - 2,
        15,
      ])
      assert.deepStrictEqual(read(`[{}, ${element},{}]`, size), { elements: [{}], flaw: "Limit" })
      // Nor does it have to end for that.
      assert.deepStrictEqual(read(`[{}, ${element}`, size), { elements: [{}], flaw: "Limit" })
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

  const many = (part: string) => part.repeat(Math.ceil(2 ** 12 / part.length))
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
      for (const size of [whole, 64, 5]) assert.isAtMost(workFor(document, size), 5)
    })
  }
})
