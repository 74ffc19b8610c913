/** What must not come out anywhere, and how it is recognised, whatever was made of it. */
import { Buffer } from "node:buffer"

/** Each is long and strange, so that no part of it is in any other text by chance. */
export const canaries = {
  key: "Kq7ZpVx2Rw9LtBn4Gd8sYh3M",
  address: "zorblax.quintuple+wibble@frumious-snark.blorp",
  name: "Przewalskiovitch",
  words: "Mxyzptlk Gwendolyth",
  phone: "33639984721",
} as const

const characters = (make: (code: number) => string) => (text: string): string =>
  Array.from(text, (character) => make(character.charCodeAt(0))).join("")

const hexOf = (code: number, digits: number): string => code.toString(16).padStart(digits, "0")

const alternating = (text: string): string =>
  Array.from(text, (c, i) => i % 2 === 0 ? c.toUpperCase() : c.toLowerCase()).join("")

/** What a server, a proxy or a runtime may make of a text that it repeats. */
export const encodings: { readonly [name: string]: (text: string) => string } = {
  raw: (text) => text,
  "upper case": (text) => text.toUpperCase(),
  "lower case": (text) => text.toLowerCase(),
  "mixed case": alternating,
  "percent-encoded": encodeURIComponent,
  "percent-encoded, all of it": characters((code) => `%${hexOf(code, 2)}`),
  "percent-encoded twice": characters((code) => `%25${hexOf(code, 2)}`),
  "JSON-escaped": characters((code) => `\\u${hexOf(code, 4)}`),
  "HTML entities": characters((code) => `&#${code};`),
  "hexadecimal HTML entities": characters((code) => `&#x${hexOf(code, 2)};`),
  hexadecimal: characters((code) => hexOf(code, 2)),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  "base64 of more": (text) => Buffer.from(`user:${text}`).toString("base64"),
  "the first half": (text) => text.slice(0, Math.max(8, text.length / 2)),
  "the last half": (text) => text.slice(-Math.max(8, text.length / 2)),
  "eight characters of the middle": (text) => text.slice(2, 10),
  "within a word": (text) => `value${text}8103`,
}

/** Those that a message is promised to blank. */
export const blanked: { readonly [name: string]: (text: string) => string } = Object.fromEntries(
  [
    "raw",
    "percent-encoded",
    "percent-encoded, all of it",
    "JSON-escaped",
    "HTML entities",
    "hexadecimal HTML entities",
    "within a word",
  ].map((name) => [name, encodings[name] ?? ((text: string) => text)]),
)

const width = 8

/** All pieces of a text that are this long. */
const pieces = (text: string, length: number, step = 1): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let at = 0; at + length <= text.length; at += step) found.push(text.slice(at, at + length))
  return found
}

// At each of the three places where a text can begin in base64, without what is next to it.
const inBase64 = (text: string): ReadonlyArray<string> =>
  [0, 1, 2].map((before) =>
    Buffer.from(`${"x".repeat(before)}${text}`).toString("base64")
      .slice(before === 0 ? 0 : 4, -4)
  )

const escaped = [
  "percent-encoded, all of it",
  "percent-encoded twice",
  "JSON-escaped",
  "HTML entities",
  "hexadecimal HTML entities",
  "hexadecimal",
]

const plainMarks = new Map<string, string>()
const base64Marks = new Map<string, string>()
const escapedMarks = new Map<string, string>()
for (const [name, canary] of Object.entries(canaries)) {
  for (const piece of pieces(canary.toLowerCase(), width)) plainMarks.set(piece, name)
  for (const text of inBase64(canary)) {
    for (const piece of pieces(text, width)) base64Marks.set(piece, `${name} in base64`)
  }
  // A step of four finds whatever has eleven characters, and costs a quarter.
  for (const piece of pieces(canary, width, 4)) {
    for (const encoding of escaped) {
      const mark = encodings[encoding]?.(piece) ?? ""
      escapedMarks.set(mark.toLowerCase(), `${name}, ${encoding}`)
    }
  }
}

const among = (text: string, marks: ReadonlyMap<string, string>): string | undefined => {
  for (let at = 0; at + width <= text.length; at++) {
    const mark = text.slice(at, at + width)
    const name = marks.get(mark)
    if (name !== undefined) return `${name}: ${text.slice(Math.max(0, at - 60), at + 60)}`
  }
  return undefined
}

/** Which canary is in a text, or eight characters of one, in whatever encoding; and where. */
export const leakIn = (text: string): string | undefined => {
  const folded = text.toLowerCase()
  const found = among(folded, plainMarks) ?? among(text, base64Marks)
  if (found !== undefined) return found
  for (const [mark, name] of escapedMarks) {
    const at = folded.indexOf(mark)
    if (at >= 0) return `${name}: ${text.slice(Math.max(0, at - 60), at + 120)}`
  }
  return undefined
}
