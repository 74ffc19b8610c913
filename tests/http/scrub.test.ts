import { assert, describe, it } from "@effect/vitest"
import { isEcho, scrub, wordsOf } from "../../src/http/scrub.ts"

describe("scrub: what was sent", () => {
  type Case = readonly [what: string, text: string, sent: ReadonlyArray<string>, left: string]
  const blanked: ReadonlyArray<Case> = [
    ["a value", "no Smith here", ["Smith"], "no … here"],
    ["a value of several words", "no Jane Smith here", ["Jane Smith"], "no … here"],
    ["a short value that is a word", "no Jo, here", ["Jo"], "no …, here"],
    ["a value of six characters within a word", "valueAlbert8103", ["Albert"], "value…8103"],
    ["a number that was sent", "8000 is too much", ["8000"], "… is too much"],
    ["values next to each other", "no Anna Smith here", ["Anna", "Smith"], "no … here"],
    ["values that overlap", "no Anna Smith here", ["Anna Smi", "na Smith"], "no … here"],
    ["as URLs escape it", "no Jos%C3%A9 here", ["José"], "no … here"],
    ["as forms escape it", "no Jane+Smith here", ["Jane Smith"], "no … here"],
    ["as JSON escapes it", "no Jos\\u00e9 here", ["José"], "no … here"],
    ["a quote as JSON escapes it", 'no O\\"Neil here', ['O"Neil'], "no … here"],
    ["as HTML escapes it", "no Jos&#xE9; here", ["José"], "no … here"],
    ["as HTML escapes it by numbers", "no Jos&#233; here", ["José"], "no … here"],
    ["as HTML escapes it by names", "no A&amp;B&lt;C here", ["A&B<C"], "no … here"],
    ["a character of two halves, escaped", "no \\ud83d\\ude00x here", ["😀x"], "no … here"],
    ["a value that itself looks escaped", "no 100%25 here", ["100%25"], "no … here"],
    ["with a zero-width character in it", "no Smi\u200bth here", ["Smith"], "no … here"],
    ["with a soft hyphen in it", "no Montgo\u00admery here", ["Montgomery"], "no … here"],
    ["with a control character in it", "no Smi\u0007th here", ["Smith"], "no … here"],
    ["with an escaped zero-width character", "no Smi&#8203;th here", ["Smith"], "no … here"],
    ["that was sent with a zero-width character", "no Smith here", ["Smi\u200bth"], "no … here"],
    ["over a line break", "no Jane\r\nSmith here", ["Jane  Smith"], "no … here"],
    ["with another kind of space", "no Jane\u00a0Smith here", ["Jane Smith"], "no … here"],
  ]
  for (const [what, text, sent, left] of blanked) {
    it(`blanks ${what}: ${JSON.stringify(text)}`, () => assert.strictEqual(scrub(text, sent), left))
  }

  const kept: ReadonlyArray<readonly [what: string, text: string, sent: ReadonlyArray<string>]> = [
    ["NP6's words, some of which an address has", "target cannot be identified - unicity is null", [
      "target@identified.example",
      "unicity null",
    ]],
    ["a word that a short value ends", "the banjo", ["jo"]],
    ["a word that a short value begins", "the job", ["jo"]],
    ["numbers that a short one is in", "req-180003 of 80001", ["8000"]],
    ["a part of a value", "no Montgo here", ["Montgomery"]],
    ["a value in capitals", "FIELD", ["field"]],
    ["signs", "an industry + standard", ["+"]],
    ["everything, of an empty value", "an industry", [""]],
    ["what only looks escaped", "100%C3 of &#x110000; and \\u12", ["Smith"]],
    ["base64", "an aGVsbG8gd29ybGQ= here", ["hello world"]],
  ]
  for (const [what, text, sent] of kept) {
    it(`keeps ${what}`, () => assert.strictEqual(scrub(text, sent), text))
  }
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

  const kept = [
    "field 8103 of 123456 in 974d82733bd630e8f23671dcfc322ag",
    "since 2026-11-25",
    "on 2026-11-25 12:30:05",
    "(2026-11-25T12:30:05Z)",
    "a user @ home",
  ]
  for (const text of kept) {
    it(`keeps ${text}`, () => assert.strictEqual(scrub(text, []), text))
  }

  it("loses what is no date", () => {
    assert.strictEqual(scrub("at 2026-13-25 now", []), "at … now")
    assert.strictEqual(scrub("at 06-2026-11-25 now", []), "at … now")
  })
})

describe("a text", () => {
  const long = "word ".repeat(60)

  it("is made one line", () =>
    assert.strictEqual(scrub("  two\r\n\t lines\u0000\u001b\u007f\u0085 ", []), "two lines"))

  it("of nothing but space is empty", () => assert.strictEqual(scrub(" \n\t", []), ""))

  it("of 300 characters stays whole, of more is cut", () => {
    assert.strictEqual(scrub(`${long.slice(0, 299)}!`, []), `${long.slice(0, 299)}!`)
    assert.strictEqual(scrub(`${long.slice(0, 299)}!!`, []), `${long.slice(0, 299)}…`)
  })

  it("of which more is read than shown never shows a value that is cut", () => {
    // The value begins in what is read at last, and ends beyond it.
    for (const before of [3990, 3999, 4000, 7500, 7599]) {
      const shown = scrub(`a${" ".repeat(before)}${"secret".repeat(60)} and more`, [
        "secret".repeat(60),
      ])
      assert.notInclude(shown, "secret", `${before}`)
    }
  })

  it("is cut between characters", () => {
    const shown = scrub(`${"x".repeat(298)}😀😀`, [])
    assert.strictEqual(shown, `${"x".repeat(298)}…`)
  })
})

describe("isEcho: a short text, such as a request id,", () => {
  const key = "Kq7ZpVx2"
  it("is one when it is a value that was sent, in any case or escape", () => {
    for (const id of ["montgomery", "MONTGOMERY", "Montg%6fmery", "\\u004dontgomery"]) {
      assert.isTrue(isEcho(id, [key, "Montgomery"]), id)
    }
  })

  it("is one when it holds the key, or an address", () => {
    for (const id of [key, `x${key}x`, key.toUpperCase(), "%4bq7ZpVx2-1", "a@b", "a%40b"]) {
      assert.isTrue(isEcho(id, [key]), id)
    }
  })

  it("isn't one otherwise, whatever it holds of a value", () => {
    assert.isFalse(isEcho("req-8000-1", [key, "8000"]))
    assert.isFalse(isEcho("XMONTGOMERYX", [key, "Montgomery"]))
    assert.isFalse(isEcho("ECONNREFUSED", []))
    assert.isFalse(isEcho("ECONNREFUSED", ["", ""]))
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
