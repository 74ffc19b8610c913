import { assert, describe, it } from "@effect/vitest"
import { maxDepth } from "../../src/http/depth.ts"
import { ArrayParser } from "../../src/http/arrayParser.ts"
import {
  asJson,
  cutInto,
  disagreement,
  documents,
  isRight,
  misread,
  pieceSizes,
  readPieces,
  seeded,
} from "../harness/listDocuments.ts"
import { nestedArray } from "../harness/hostile.ts"

const utf8 = new TextEncoder()
const whole = 2 ** 30
const bytesOf = (document: string | Uint8Array): Uint8Array =>
  typeof document === "string" ? utf8.encode(document) : document
const read = (document: string | Uint8Array, size = whole) =>
  readPieces(cutInto(bytesOf(document), [size]), asJson)

const target = `{"id":"000MLGPR","creationDate":"2016-04-04T08:55:00Z",` +
  `"lastUpdateDate":"2016-04-25T14:27:00Z","fields":{"8103":"é😀},{@test.com"}}`

const right: ReadonlyArray<string> = [
  "[]",
  " \r\n\t[ \r\n\t] \r\n\t",
  "[1]",
  "[ 1 , 2 ]",
  "[1.5e3,-0,1e400,9007199254740993]",
  "[null,true,false]",
  '["","a","\\"","\\\\","\\u0041\\ud83d\\ude00","\u2028\ufeff"]',
  '["\\"},{\\"","},{","}]","],["]',
  "[[],[[]],[[[1],2],3]]",
  "[{},{}]",
  '[{"a":{"b":{}},"c":[{"d":1},{"e":2}]},{"f":{}}]',
  '[{"a":1} , {"a":2}\n,\n{"a":3}]',
  '[{"a":1,"a":2}]',
  '[{"__proto__":1,"constructor":{"__proto__":null}}]',
  '[{"a":"},{"},{"b":"},{\\"},{"},{"c":["},{"]}]',
  `[${target}]`,
  `[${target},${target},${target}]`,
  `[${target},{"id":1},${target}]`,
  `[${target.replace('"fields"', ' "fields"')},${target}]`,
  "\ufeff[1]",
  `\ufeff [${target},{}]`,
]
const wrong: ReadonlyArray<string | Uint8Array> = [
  "",
  " ",
  "\ufeff",
  "null",
  "{}",
  '{"a":[1]}',
  '"[]"',
  "1",
  "<html>",
  "[",
  "]",
  "[]]",
  "[[]",
  "[,]",
  "[1,]",
  "[,1]",
  "[1,,2]",
  "[1 2]",
  "[{}{}]",
  "[{} {}]",
  "[{},]",
  "[{}, ]",
  "[{},,{}]",
  "[1}",
  "[}",
  "[{]}]",
  '[{"a":1]]',
  '[{"a"}]',
  '[{"a":}]',
  '[{"a":1,}]',
  "[{a:1}]",
  "['a']",
  '["a]',
  '["\\x"]',
  '["\\u12"]',
  '["\n"]',
  "[01]",
  "[+1]",
  "[1.]",
  "[.5]",
  "[NaN]",
  "[undefined]",
  "[tru]",
  "[1]x",
  "[1],[2]",
  "[1][2]",
  "[{}] [{}]",
  "[{}[{}]",
  "[{}],[{}]",
  '[{"a":1}],[{"a":2},{"a":3}]',
  "[1] \ufeff",
  "[1]\ufeff ",
  "[{}\ufeff]",
  "\ufeff\ufeff[1]",
  " \ufeff[1]",
  "[\ufeff1]",
  "[{},\ufeff{}]",
  "[\u00a01]",
  "[/**/1]",
  `[${target}`,
  `[${target},`,
  `[${target},]`,
  `[${target},,${target}]`,
  `[${target}${target}]`,
  `[${target.replace(":{", ":{,")},${target}]`,
  `[${target.replace('"}}', '",}}')},${target}]`,
  `[${target.replace("😀", "\u0000")},${target}]`,
  // Neither a mark cut short, nor bytes that are no UTF-8: broken off, overlong, half a pair.
  new Uint8Array([0xef, 0xbb, 0x5b, 0x5d]),
  new Uint8Array([0xef, 0x5b, 0x5d]),
  new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]),
  new Uint8Array([0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]),
  new Uint8Array([0x5b, 0x22, 0xc0, 0x80, 0x22, 0x5d]),
  new Uint8Array([0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d]),
  new Uint8Array([0x5b, 0x22, 0xc3]),
  new Uint8Array([0x5b, 0x5d, 0xc3]),
]

/** Whole, byte by byte, and in two pieces wherever it can be cut. */
function* waysToCut(length: number): Generator<ReadonlyArray<number>> {
  yield [whole]
  yield [1]
  for (let first = 1; first < length; first++) yield [first, whole]
}

const check = (bytes: Uint8Array): void => {
  for (const sizes of waysToCut(bytes.length)) {
    const problem = disagreement(bytes, sizes)
    if (problem !== undefined) assert.fail(problem)
  }
}

describe("an array that comes in pieces", () => {
  it("is what JSON.parse makes of the whole, however it is cut", () => {
    for (const document of right) {
      assert.isTrue(isRight(utf8.encode(document)), document)
      check(utf8.encode(document))
    }
  })

  it("is refused where JSON.parse refuses it, however it is cut", () => {
    for (const document of wrong) {
      assert.isFalse(isRight(bytesOf(document)), String(document))
      check(bytesOf(document))
      const flaw = typeof document === "string" ? "Syntax" : "Encoding"
      for (const size of [whole, 1]) assert.strictEqual(read(document, size).flaw, flaw)
    }
  })

  it("is refused wherever it ends early", () => {
    const bytes = utf8.encode(`[${target},{"a":["},{",{}]} , ${target}]`)
    for (let end = 0; end < bytes.length; end++) {
      for (const sizes of [[whole], [1], [7]]) {
        const problem = disagreement(bytes.slice(0, end), sizes)
        if (problem !== undefined) assert.fail(problem)
      }
    }
  })

  it("agrees with JSON.parse on documents and pieces at random", () => {
    const random = seeded(20261124)
    const next = documents(random)
    let rights = 0
    for (let made = 0; made < 700; made++) {
      const document = next()
      if (isRight(document)) rights++
      const problem = disagreement(document, pieceSizes(random))
      if (problem !== undefined) assert.fail(problem)
    }
    assert.isTrue(rights > 250 && rights < 450, String(rights))
  })

  it("gives what comes before a fault in the same piece, and nothing behind it", () => {
    const { elements, flaw } = read('[{"a":1},{"a":2},{"a":x},{"a":4},{"a":5}]')
    assert.deepStrictEqual(elements, [{ a: 1 }, { a: 2 }])
    assert.strictEqual(flaw, "Syntax")
  })

  it("says of bytes that aren't UTF-8 what they are", () => {
    for (const size of [whole, 1]) {
      const bytes = Uint8Array.of(...utf8.encode('[{"a":1},{"a":"'), 0xff, ...utf8.encode('"}]'))
      assert.deepStrictEqual(read(bytes, size), { elements: [{ a: 1 }], flaw: "Encoding" })
      assert.strictEqual(read(bytes.slice(0, 16), size).flaw, "Encoding")
      for (const document of ["", "[", "[]", "[{}", "[{}]"]) {
        const before = utf8.encode(document)
        for (const broken of [[0xc3], [0xef, 0xbb], [0xc3, 0x28, 0x28, 0x28], [0xff, 0xff]]) {
          assert.strictEqual(read(Uint8Array.of(...before, ...broken), size).flaw, "Encoding")
        }
      }
    }
  })

  it("says of bytes that are what they are, however they are cut", () => {
    for (const document of ["", "[", "[]", "[{}", "[{}]"]) {
      for (let size = 1; size <= 12; size++) {
        for (const strange of ["é", "éééé", "😀"]) {
          assert.strictEqual(read(`${document}${strange}`, size).flaw, "Syntax")
        }
      }
    }
  })
})

describe("a parser that waits for more", () => {
  const parserOf = (...pieces: ReadonlyArray<string>) => {
    const parser = new ArrayParser(asJson)
    const elements: Array<unknown> = []
    for (const piece of pieces) {
      parser.push(utf8.encode(piece))
      for (let next = parser.next(); next !== undefined; next = parser.next()) {
        elements.push(...next)
      }
    }
    return { parser, elements }
  }

  it("has given each element that can't go on", () => {
    for (const element of ["{}", "[]", '""', '{"a":"b"}', '"\\\\"', "[[1],[2]]"]) {
      for (const spaces of ["", " ", "\n\t"]) {
        assert.deepStrictEqual(
          parserOf(`[${element}${spaces}`).elements,
          [JSON.parse(element)],
          element,
        )
        assert.deepStrictEqual(
          parserOf("[1,", `${element}${spaces}`).elements,
          [1, JSON.parse(element)],
          element,
        )
      }
    }
    for (const element of ["1", "tru", "true", '"a', '"\\"', "{", "[[]", '{"a":"}"']) {
      assert.deepStrictEqual(parserOf(`[${element}`).elements, [], element)
      assert.deepStrictEqual(parserOf(`[2,${element}`).elements, [2], element)
    }
  })

  it("has said what is wrong, where nothing could make it right", () => {
    for (
      const document of ["x   ", "{", "[,", "[1,,", "[{}x,", "[{},,", "[{},x,", "[]]", "[{}]x   "]
    ) {
      assert.strictEqual(parserOf(document).parser.flaw, "Syntax", document)
    }
    for (const document of ["", " ", "[", "[1", "[{}", "[{},", "[]", "[1,2"]) {
      assert.isUndefined(parserOf(document).parser.flaw, document)
    }
  })

  it("doesn't take a bug in the parser of elements for bad JSON", () => {
    const parser = new ArrayParser(() => {
      throw new TypeError("a bug")
    })
    parser.push(utf8.encode("[1,2]"))
    assert.throws(() => parser.next(), TypeError)
  })
})

describe("the limits of an array", () => {
  const spread = (depth: number) => `${'{"a":[1,'.repeat(depth / 2)}0${"]}".repeat(depth / 2)}`

  it("allow arrays and objects to be nested, but not without end", () => {
    for (const size of [whole, 700, 1]) {
      for (const element of [nestedArray(maxDepth), spread(maxDepth)]) {
        const document = utf8.encode(`[{},${element},{},{}]`)
        assert.isUndefined(misread(document, read(document, size)))
      }
      for (
        const element of [nestedArray(maxDepth + 1), spread(maxDepth + 2), "[".repeat(2 * maxDepth)]
      ) {
        assert.deepStrictEqual(read(`[{},${element},{},{}]`, size), {
          elements: [{}],
          flaw: "Limit",
        })
      }
    }
  })

  it("don't take many brackets for deep ones", () => {
    const document = utf8.encode(
      `[${Array.from({ length: 5_000 }, () => '{"a":[[],{}]}').join(",")}]`,
    )
    assert.isUndefined(misread(document, read(document)))
  })
})
