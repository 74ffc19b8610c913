/**
 * The server's words, fit for an error: short, and without what was sent or looks personal.
 *
 * @module
 */

const replacement = "…"
const longest = 300
const read = 4000

const word = /[\p{L}\p{N}\p{M}]+/gu
const address = /[^\s"'<>,;:]*@[^\s"'<>,;]*/g
const longNumber = /\+?\d[\d\s().-]{5,}\d/g
const replacements = /…(?:[^\p{L}\p{N}…]*…)+/gu

// As servers may write a word back: in capitals, or without its accents.
const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase()

const wordsIn = (texts: ReadonlyArray<string>): Set<string> =>
  new Set(texts.flatMap((text) => text.match(word) ?? []).map(fold))

const unescapePercents = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return replacement
    }
  })

/**
 * Removes from a text every word of what was sent, so that a part of it doesn't come back either,
 * with e-mail addresses, long numbers and control characters, and cuts it to 300 characters. Empty
 * when nothing is left.
 */
export const scrub = (text: string, sent: ReadonlyArray<string>): string => {
  // The end of a cut text may be half of a word that would have been found whole.
  const start = text.length > read ? text.slice(0, read).replace(/\S*$/, "") : text
  const secret = wordsIn(sent)
  const clean = unescapePercents(start)
    .replace(address, replacement)
    .replace(longNumber, replacement)
    .replace(word, (found) => secret.has(fold(found)) ? replacement : found)
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
      ? text.replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ").replace(/<[^>]*>/g, " ")
      : text
  }
}
