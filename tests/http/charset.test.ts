import { assert, describe, it } from "@effect/vitest"
import { decodeText } from "../../src/http/charset.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const utf16 = (text: string, isLittle: boolean): ReadonlyArray<number> =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((unit) => {
    const bytes = [unit & 0xff, unit >> 8]
    return isLittle ? bytes : bytes.reverse()
  })
// "Prénom “Zoë” : 5 €", as Windows writes it in France.
const windows = new Uint8Array([
  ...utf8("Pr"),
  0xe9,
  ...utf8("nom "),
  0x93,
  ...utf8("Zo"),
  0xeb,
  0x94,
  ...utf8(" : 5 "),
  0x80,
])
const french = "Prénom “Zoë” : 5 €"

describe("decodeText", () => {
  type Case = readonly [
    what: string,
    bytes: Uint8Array,
    contentType: string | undefined,
    text: string,
  ]
  const cases: ReadonlyArray<Case> = [
    ["nothing", new Uint8Array(), undefined, ""],
    ["UTF-8 that nobody declares", utf8(french), undefined, french],
    [
      "UTF-8 after its mark",
      new Uint8Array([0xef, 0xbb, 0xbf, ...utf8(french)]),
      undefined,
      french,
    ],
    ["Windows-1252 that nobody declares", windows, undefined, french],
    ["Windows-1252 that is declared", windows, "text/plain; charset=windows-1252", french],
    ["Windows-1252 under the name of Latin-1", windows, 'text/plain; charset="ISO-8859-1"', french],
    ["Windows-1252 that is declared UTF-8", windows, "text/plain; charset=utf-8", french],
    ["a Latin-1 letter at the end", new Uint8Array([0x61, 0xe9]), undefined, "aé"],
    ["Latin-9", new Uint8Array([0xa4, 0xbd]), "text/plain;charset=iso-8859-15", "€œ"],
    [
      "UTF-16 with a mark, whatever is declared",
      new Uint8Array([0xff, 0xfe, ...utf16(french, true)]),
      "text/plain; charset=utf-8",
      french,
    ],
    [
      "UTF-16 in the other order",
      new Uint8Array([0xfe, 0xff, ...utf16(french, false)]),
      undefined,
      french,
    ],
    [
      "UTF-16 that is declared",
      new Uint8Array(utf16(french, true)),
      "text/plain; charset=utf-16le",
      french,
    ],
    ["a charset that there isn't as UTF-8", utf8(french), "text/plain; charset=x-none", french],
    ["a charset that is a trick as UTF-8", utf8(french), "text/plain; charset=\u0000;", french],
    [
      "bytes without a meaning as what they are",
      new Uint8Array([0x81, 0xff]),
      undefined,
      "\u0081ÿ",
    ],
  ]
  for (const [what, bytes, contentType, text] of cases) {
    it(`reads ${what}`, () => assert.strictEqual(decodeText(bytes, contentType, false), text))
  }

  it("leaves out the character within which a body was cut", () => {
    const cut = utf8(`${french}€`).slice(0, -1)
    assert.strictEqual(decodeText(cut, undefined, true), french)
    assert.strictEqual(decodeText(new Uint8Array(windows), undefined, true), french)
  })

  it("reads every byte of Windows-1252 as other decoders do", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const text = decodeText(bytes, "text/plain; charset=windows-1252", false)
    assert.strictEqual(Array.from(text).length, 256)
    assert.strictEqual(text.slice(0x80, 0x84), "€\u0081‚ƒ")
    assert.strictEqual(text.slice(0x91, 0xa0), "‘’“”•–—˜™š›œ\u009džŸ")
    assert.strictEqual(
      text.slice(0xa0),
      Array.from({ length: 96 }, (_, at) => String.fromCharCode(0xa0 + at)).join(""),
    )
  })
})
