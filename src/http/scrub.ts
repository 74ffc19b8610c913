/**
 * The server's words, fit for an error: short, and without what was sent or looks personal.
 *
 * @module
 */

const replacement = "…"
const longest = 300
const read = 4000

// A chunk is what stands between spaces and quotes. Escapes belong to it, and so do the strange signs
// that a wrong encoding makes of letters.
const chunk = /(?:&#?\w{2,8};|[^\s"'<>,;:()[\]{}=|/…])+/gu
const word = /[\p{L}\p{N}\p{M}]+/gu
const address = /[^\s"'<>,;:]*@[^\s"'<>,;]*/g
const longNumber = /\+?\d[\d\s().-]{5,}\d/g
// NP6 names people by the MD5 of their unicity; other hashes are longer.
const hash = /[0-9a-f]{32,}/gi
const replacements = /…(?:[^\p{L}\p{N}…]*…)+/gu

/**
 * A text without what servers may change of it: capitals, or accents. To small letters and then to
 * capitals, because there are letters of which one alone misses the other: `ẞ`, `ß` and `SS`.
 */
export const fold = (text: string): string =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().toUpperCase()

const matches = (text: string, pattern: RegExp): ReadonlyArray<string> => text.match(pattern) ?? []

const stemLength = 4
const pieceLength = 8

function* piecesOf(folded: string): Generator<string> {
  for (let at = 0; at + pieceLength <= folded.length; at++) {
    yield folded.slice(at, at + pieceLength)
  }
}

/** The pieces of the first texts that were sent: what is long is gone through once, and not kept. */
const sharedPieces = (texts: Iterable<string>, sent: ReadonlyArray<string>): Set<string> => {
  const said = new Set<string>()
  for (const text of texts) for (const piece of piecesOf(fold(text))) said.add(piece)
  const shared = new Set<string>()
  for (const text of sent) {
    for (const piece of piecesOf(fold(text))) if (said.has(piece)) shared.add(piece)
  }
  return shared
}

const hasPiece = (text: string, pieces: ReadonlySet<string>): boolean => {
  // As mostly, and to fold each word is half of all the work.
  if (pieces.size === 0) return false
  for (const piece of piecesOf(fold(text))) if (pieces.has(piece)) return true
  return false
}

/**
 * Whether a word is one of those that were sent, shares its beginning with one, or eight characters
 * in a row: servers cut what they quote, and run it together with words of their own.
 */
const makeIsSent = (
  texts: ReadonlyArray<string>,
  pieces: ReadonlySet<string>,
): (found: string) => boolean => {
  const words = new Set(texts.flatMap(wordsIn))
  // The stem of a shorter word is never met: what it is compared with has all four letters.
  const stems = new Set(Array.from(words, (sent) => sent.slice(0, stemLength)))
  return (found) => {
    const folded = fold(found)
    if (wordsIn(found).some((part) => words.has(part)) || hasPiece(found, pieces)) return true
    for (let at = 0; at + stemLength <= folded.length; at++) {
      if (stems.has(folded.slice(at, at + stemLength))) return true
    }
    return false
  }
}

const wordsIn = (text: string): ReadonlyArray<string> => matches(text, word).map(fold)

const toText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const percents = (text: string): string =>
  text.replace(
    /(?:%[0-9a-f]{2})+/gi,
    (escaped) => toText(Uint8Array.from(escaped.slice(1).split("%"), (hex) => parseInt(hex, 16))),
  )

const ofCode = (code: number): string => code <= 0x10ffff ? String.fromCodePoint(code) : replacement

const unescapeOnce = (text: string): string =>
  percents(text)
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => ofCode(parseInt(hex, 16)))
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, hex: string) => ofCode(parseInt(hex, 16)))
    .replace(/&#(\d{1,7});/g, (_, code: string) => ofCode(Number(code)))

/** Undoes what URLs, JSON and HTML do to characters, and does twice where one quotes the other. */
const unescape = (text: string): string => unescapeOnce(unescapeOnce(text))

// Shorter ones hold less than eight characters.
const base64 = /[\w+/-]{11,}/g
const hexadecimal = /[0-9a-f]{16,}/gi

const fromBase64 = (text: string): string => {
  // One digit alone is six bits of nothing, which atob refuses.
  const whole = text.length % 4 === 1 ? text.slice(0, -1) : text
  const bytes = atob(whole.replaceAll("-", "+").replaceAll("_", "/"))
  return toText(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}

const fromHexadecimal = (text: string): string =>
  toText(Uint8Array.from(matches(text, /../g), (hex) => parseInt(hex, 16)))

/** What a run of letters may stand for, wherever in it the encoded text begins. */
const decodings = (run: string): ReadonlyArray<string> => [
  ...[0, 1, 2, 3].map((start) => fromBase64(run.slice(start))),
  ...matches(run, hexadecimal).flatMap((hex) =>
    [0, 1].map((start) => fromHexadecimal(hex.slice(start)))
  ),
]

const decodingsIn = (text: string): ReadonlyArray<string> =>
  matches(text, base64).flatMap(decodings)

/** Whether a short text holds an address, or eight characters in a row of what was sent. */
export const isEcho = (text: string, sent: ReadonlyArray<string>): boolean => {
  const plain = unescape(text)
  return plain.includes("@") ||
    sharedPieces([plain, ...decodingsIn(plain)], sent).size > 0
}

/** The start of a text, without the word that the cut would halve. */
const startOf = (text: string): string =>
  text.length > read ? text.slice(0, read).replace(/\S*$/, "") : text

/**
 * Removes from a text every word of what was sent, so that a part of it doesn't come back either,
 * with e-mail addresses, long numbers, hashes and control characters, and cuts it to 300 characters.
 * Empty when nothing is left.
 */
export const scrub = (text: string, sent: ReadonlyArray<string>): string => {
  const start = startOf(text)
  // As most are, and what follows is much for nothing.
  if (start === "") return ""
  const plain = unescape(start)
  const pieces = sharedPieces([plain, ...decodingsIn(plain)], sent)
  const isSent = makeIsSent(sent, pieces)
  const clean = plain
    .replace(
      base64,
      (run) => decodings(run).some((decoded) => hasPiece(decoded, pieces)) ? replacement : run,
    )
    .replace(address, replacement)
    .replace(longNumber, replacement)
    .replace(hash, replacement)
    .replace(chunk, (found) => isSent(found) ? replacement : found)
    .replace(replacements, replacement)
    // deno-lint-ignore no-control-regex -- control characters are what it removes
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim()
  // A cut that begins and ends within words leaves halves of them that no chunk shows.
  if (hasPiece(clean, pieces)) return replacement
  return clean.length > longest ? `${clean.slice(0, longest - 1)}${replacement}` : clean
}

const wordKeys = [
  "ExceptionMessage",
  "Message",
  "message",
  "error_description",
  "error",
  "title",
  "detail",
]

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null

const wordsOfJson = (json: unknown): string | undefined => {
  if (typeof json === "string") return json
  if (!isRecord(json)) return undefined
  for (const key of wordKeys) {
    const value = json[key]
    if (typeof value === "string" && value !== "") return value
    const inner = isRecord(value) ? wordsOfJson(value) : undefined
    if (inner !== undefined) return inner
  }
  const data = Array.isArray(json.errorData) ? json.errorData[0] : undefined
  const parts = [json.errorType, isRecord(data) ? data.value : data].filter((part) =>
    typeof part === "string" || typeof part === "number"
  )
  return parts.length > 0 ? parts.join(": ") : undefined
}

/**
 * What the body of an error says, in whatever form: JSON text, an object with one of the known keys,
 * HTML or plain text.
 */
export const wordsOf = (body: string): string => {
  const text = body.trim()
  // As most of NP6's are; parsing it would throw.
  if (text === "") return ""
  try {
    return wordsOfJson(JSON.parse(text)) ?? ""
  } catch {
    return text.startsWith("<")
      // Cut first, because a page can be made on which this takes long.
      ? startOf(text).replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ").replace(/<[^<>]*>/g, " ")
      : text
  }
}
