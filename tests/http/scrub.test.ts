import { assert, describe, it } from "@effect/vitest"
import { isEcho, scrub, wordsOf } from "../../src/http/scrub.ts"

const hex = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("")
const base64 = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))

describe("a text with what was sent", () => {
  type Case = readonly [what: string, text: string, sent: ReadonlyArray<string>, left: string]
  const cases: ReadonlyArray<Case> = [
    ["a word", "no Smith here", ["Smith"], "no … here"],
    ["one of the words that were sent", "no Anna here", ["Jane Anna Smith"], "no … here"],
    ["a short word", "no Jo here", ["Jo"], "no … here"],
    ["not a word that a short one ends", "the banjo", ["Jo"], "the banjo"],
    ["not a word that a short one begins", "the job", ["Jo"], "the job"],
    ["a word of four letters within another", "valueAnna8103", ["Anna"], "…"],
    ["the start of a word, which is the end of another", "valueAnna", ["Annabelle"], "…"],
    ["a cut word", "no Montgo here", ["Montgomery"], "no … here"],
    ["not the first three letters of a word", "no Monday", ["Montgomery"], "no Monday"],
    ["a word in other letters", "no SMITH here", ["Smith"], "no … here"],
    ["a word in capitals that has none for a letter", "no WEISS here", ["Weiß"], "no … here"],
    ["a word in capitals that has one for a letter", "no WEIẞ here", ["Weiß"], "no … here"],
    ["a word that was sent in such capitals", "no weiß here", ["WEIẞ"], "no … here"],
    ["a word in capitals of which a letter has two", "no ΟΔΟΣ here", ["Οδος"], "no … here"],
    ["a word in capitals without a dot", "no YILMAZ here", ["Yılmaz"], "no … here"],
    ["a short word without its accent", "no ZOE here", ["Zoé"], "no … here"],
    ["a short word with an accent of its own", "no Zoe\u0301 here", ["ZOE"], "no … here"],
    ["eight characters from the middle", "no ntgomery! here", ["Montgomery"], "no … here"],
    ["not seven characters from the middle", "no ntgomer here", ["Montgomery"], "no ntgomer here"],
    ["words next to each other as one", "no Anna Smith here", ["Anna", "Smith"], "no … here"],
    ["words with signs between them as one", "no Anna, Smith.", ["Anna", "Smith"], "no …"],
    ["nothing for a sign that was sent", "an industry + standard", ["+"], "an industry + standard"],
    ["nothing for what is empty", "an industry", [""], "an industry"],
    ["what is escaped for a URL", "no Jos%C3%A9 here", ["José"], "no … here"],
    ["what is escaped for a URL twice", "no Jos%25C3%25A9 here", ["José"], "no … here"],
    ["what is escaped for JSON", "no Jos\\u00e9 here", ["José"], "no … here"],
    ["what is escaped for HTML", "no Jos&#xE9; here", ["José"], "no … here"],
    ["what is escaped for HTML by numbers", "no Jos&#233; here", ["José"], "no … here"],
    ["what is escaped for JSON, then for HTML", "no Jos&#92;u00e9 here", ["José"], "no … here"],
    ["base64", `no ${base64("Montgomery")} here`, ["Montgomery"], "no …== here"],
    ["base64 of it with more", `no ${base64("xMontgomery8103")} here`, ["Montgomery"], "no … here"],
    [
      "base64 of it with more",
      `no ${base64("xyMontgomery8103")} here`,
      ["Montgomery"],
      "no …== here",
    ],
    ["base64 for URLs", "no Pj4-Pj4-Pj4- here", [">>>>>>>>>"], "no … here"],
    ["base64 for URLs", "no Pz8_Pz8_Pz8_ here", ["?????????"], "no … here"],
    ["base64 within a path", `no x${base64("Montgomery")} here`, ["Montgomery"], "no …== here"],
    ["hexadecimal digits", `no ${hex("Montgomery")} here`, ["Montgomery"], "no … here"],
    ["hexadecimal capitals", `no ${hex("Montgomery").toUpperCase()}!`, ["Montgomery"], "no …!"],
    ["hexadecimal digits from the odd", `no 0${hex("Montgomery")}!`, ["Montgomery"], "no …!"],
    [
      "base64 of something else, not",
      "an aGVsbG8gd29ybGQ here",
      ["Smith"],
      "an aGVsbG8gd29ybGQ here",
    ],
  ]
  for (const [what, text, sent, left] of cases) {
    it(`loses ${what}: ${text}`, () => assert.strictEqual(scrub(text, sent), left))
  }

  it("is nothing but a sign where its cut leaves what was sent in pieces", () =>
    assert.strictEqual(scrub("no Anne Smi here", ["Xanne Smithy"]), "…"))
})

describe("a text with something personal", () => {
  const cases: ReadonlyArray<readonly [what: string, text: string, left: string]> = [
    ["an address", "to bob.doe+x@elsewhere.org now", "to … now"],
    ["an address in brackets", "to <bob@elsewhere.org>, now", "to <…>, now"],
    ["an address after a colon", "to:bob@elsewhere.org; now", "to:…; now"],
    ["an escaped address", "to bob%40elsewhere.org now", "to … now"],
    ["a long number", "call 0612345678 now", "call … now"],
    ["a long number with its country", "call +33612345678 now", "call … now"],
    ["a long number in groups", "call +33 (6) 12-34.56 now", "call … now"],
    ["seven digits", "call 1234567 now", "call … now"],
    ["a hash", "for 974d82733bd630e8f23671dcfc322a7e now", "for … now"],
    ["a hash within a word", "for no974D82733BD630E8F23671DCFC322A7Ex now", "for no…x now"],
    ["a longer hash", `for ${"0a".repeat(32)} now`, "for … now"],
  ]
  for (const [what, text, left] of cases) {
    it(`loses ${what}`, () => assert.strictEqual(scrub(text, []), left))
  }

  it("keeps shorter numbers, and what is shorter than a hash", () => {
    const text = "field 8103 of 123456 in 974d82733bd630e8f23671dcfc322ag"
    assert.strictEqual(scrub(text, []), text)
  })
})

describe("a text", () => {
  const long = "word ".repeat(60)

  it("is made one line", () =>
    assert.strictEqual(scrub("  two\r\n\t lines\u0000\u001b\u007f\u0085 ", []), "two lines"))

  it("of nothing but space is empty", () => assert.strictEqual(scrub(" \n\t", []), ""))

  it("of a character that there isn't says so", () =>
    assert.strictEqual(scrub("no &#x110000; and &#x10FFFF;", []), "no … and \u{10ffff}"))

  it("of 300 characters stays whole, of more is cut", () => {
    assert.strictEqual(scrub(`${long.slice(0, 299)}!`, []), `${long.slice(0, 299)}!`)
    assert.strictEqual(scrub(`${long.slice(0, 299)}!!`, []), `${long.slice(0, 299)}…`)
  })

  it("is read for 4,000 characters, without the word in which they end", () => {
    const start = `a${" ".repeat(3993)}`
    assert.strictEqual(scrub(`${start}secret`, []), "a secret")
    assert.strictEqual(scrub(`${start}secrets`, []), "a")
    assert.strictEqual(scrub(`${start}b secret and more`, []), "a b")
  })
})

describe("a word of a system", () => {
  it("is no echo of what has nothing of it", () => {
    assert.isFalse(isEcho("ECONNREFUSED", ["Montgomery"]))
    assert.isFalse(isEcho("ECONNREFUSED", []))
  })

  it("is an echo with an address in it, or eight characters that were sent", () => {
    assert.isTrue(isEcho("a@b", []))
    assert.isTrue(isEcho("a%40b", []))
    assert.isTrue(isEcho("XNTGOMERYX", ["Montgomery"]))
    assert.isFalse(isEcho("XNTGOMERX", ["Montgomery"]))
    assert.isTrue(isEcho(base64("Montgomery"), ["Montgomery"]))
    assert.isTrue(isEcho(hex("Montgomery"), ["Montgomery"]))
  })
})

describe("the words of a body", () => {
  const cases: ReadonlyArray<readonly [body: string, words: string]> = [
    ['{"error_description":"of OAuth"}', "of OAuth"],
    ['{"detail":"of a problem"}', "of a problem"],
    ['{"title":"Bad","detail":"of a problem"}', "Bad"],
    ['{"Message":"","message":"the real one"}', "the real one"],
    ['{"error":{},"title":"Bad"}', "Bad"],
    ['{"error":null,"title":"Bad"}', "Bad"],
    ['{"errorType":12,"errorData":["no field"]}', "12: no field"],
    ['{"errorType":"Validation","errorData":[8103]}', "Validation: 8103"],
    ['{"errorType":"Validation","errorData":[null]}', "Validation"],
    ['{"errorData":["alone"]}', "alone"],
    ['{"errorType":{},"errorData":"no array"}', ""],
    ["12", ""],
    ["\r\n <p>a page</p>", "a page"],
    ["<p>one</p><p>two</p>", "one two"],
    ["<title>one</title><style>p > a {}</style>two", "one two"],
    ["<p>one<style>p{}</style>two</p>", "one two"],
    ["<p>one<SCRIPT src='x'>\nlet a = 1 < 2\n</script >two</p>", "one two"],
    ["<p>one<scripted>two</p>", "one two"],
    ["a field <8103> is unknown", "a field <8103> is unknown"],
  ]
  for (const [body, words] of cases) {
    it(`${JSON.stringify(body)} are ${JSON.stringify(words)}`, () =>
      assert.strictEqual(wordsOf(body).replace(/\s+/g, " ").trim(), words))
  }
})
