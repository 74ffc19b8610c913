/**
 * The server's words, fit for an error: short, and without what was sent or looks personal.
 *
 * @module
 */

const replacement = "…"
const longest = 300
const read = 4000

const address = /[^\s"'<>,;:]*(?:@|%40)[^\s"'<>,;]*/gi
const longNumber = /\+?\d[\d\s().-]{5,}\d/g

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

// A short value stands for itself only as a whole word: "M" must not eat every m.
const patternOf = (secret: string): RegExp => {
  const pattern = escapePattern(secret)
  return secret.length > 3
    ? new RegExp(pattern, "giu")
    : new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, "giu")
}

/**
 * Removes the given values, e-mail addresses and long numbers from a text, and control characters
 * with them, and cuts it to 300 characters. Empty when nothing is left.
 */
export const scrub = (text: string, personal: ReadonlyArray<string>): string => {
  // The end of a cut text may be the first half of a value that would have been found whole.
  let clean = text.length > read ? text.slice(0, read).replace(/\S*$/, "") : text
  const values = [...new Set(personal)].filter((value) => value.trim() !== "")
  for (const value of values.sort((a, b) => b.length - a.length)) {
    for (
      const form of new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
    ) {
      clean = clean.replace(patternOf(form), replacement)
    }
  }
  clean = clean.replace(address, replacement).replace(longNumber, replacement)
    // deno-lint-ignore no-control-regex -- control characters are what it removes
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim()
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
