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
// NP6 names people by the MD5 of their unicity.
const hash = /\b[0-9a-f]{32}\b/gi
const replacements = /…(?:[^\p{L}\p{N}…]*…)+/gu

// As servers may write a word back: in capitals, or without its accents.
const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase()

const stemLength = 4

/**
 * Whether a word is one of those that were sent, or shares its beginning with one: servers cut what
 * they quote, and run it together with words of their own.
 */
const makeIsSent = (texts: ReadonlyArray<string>): (found: string) => boolean => {
  const words = new Set(texts.flatMap(wordsIn))
  const stems = new Set(
    Array.from(words).filter((sent) => sent.length >= stemLength)
      .map((sent) => sent.slice(0, stemLength)),
  )
  return (found) => {
    const folded = fold(found)
    if (wordsIn(found).some((part) => words.has(part))) return true
    for (let at = 0; at + stemLength <= folded.length; at++) {
      if (stems.has(folded.slice(at, at + stemLength))) return true
    }
    return false
  }
}

const wordsIn = (text: string): ReadonlyArray<string> => (text.match(word) ?? []).map(fold)

const unescapePercents = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return replacement
    }
  })

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
  if (start.trim() === "") return ""
  const isSent = makeIsSent(sent)
  const clean = unescapePercents(start)
    .replace(address, replacement)
    .replace(longNumber, replacement)
    .replace(hash, replacement)
    .replace(chunk, (found) => isSent(found) ? replacement : found)
    .replace(replacements, replacement)
    // deno-lint-ignore no-control-regex -- control characters are what it removes
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim()
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
  try {
    return wordsOfJson(JSON.parse(text)) ?? ""
  } catch {
    return text.startsWith("<")
      // Cut first, because a page can be made on which this takes long.
      ? startOf(text).replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ").replace(/<[^<>]*>/g, " ")
      : text
  }
}
