/**
 * The server's words, made fit for an error: short, and without what was sent.
 *
 * @module
 */

const replacement = "…"

/** How long the result may be, and how much of a sent value is compared. */
const longest = 300
// A value of `longest` characters that begins in the shown part ends in the part that is read: no
// escape of a character takes more than twelve.
const shown = 4000
const read = shown + 12 * longest

/** A text as it can be read, and where each of its characters stands in the original. */
interface Reading {
  readonly text: string
  readonly starts: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
}

/** A part of the original. */
type Range = readonly [start: number, end: number]

const anyCharacter = /[^]/gu
// One character: as URLs, JSON or HTML escape it, or as it is.
const escapedCharacter =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|\\u[\da-f]{4}|\\["\\/bfnrt]|&#x[\da-f]{1,6};|&#\d{1,7};|&(?:amp|lt|gt|quot|apos);|[^]/giu

const named: { readonly [name: string]: string } = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
}

const unescapeHtml = (written: string): string =>
  named[written.toLowerCase()] ??
    String.fromCodePoint(Number(written.slice(2, -1).replace(/^x/i, "0x")))

const unescape = (written: string): string => {
  if (written.length === 1) return written
  try {
    if (written.startsWith("%")) return decodeURIComponent(written)
    if (written.startsWith("\\")) return JSON.parse(`"${written}"`)
    return written.startsWith("&") ? unescapeHtml(written) : written
  } catch {
    // Looks like an escape, and is none.
    return written
  }
}

/** White space is a space, and control and format characters are nothing: they would hide a value. */
const visible = (text: string): string => text.replace(/\s/gu, " ").replace(/[\p{Cc}\p{Cf}]/gu, "")

const readAs = (pattern: RegExp, original: string): Reading => {
  let text = ""
  const starts: Array<number> = []
  const ends: Array<number> = []
  for (const { 0: written, index } of original.matchAll(pattern)) {
    const meant = visible(unescape(written))
    for (let at = 0; at < meant.length; at++) {
      starts.push(index)
      ends.push(index + written.length)
    }
    text += meant
  }
  return { text, starts, ends }
}

/** A text as it stands, and as what its escapes mean: either may hold what was sent. */
const readingsOf = (original: string): ReadonlyArray<Reading> => {
  const plain = readAs(anyCharacter, original)
  const unescaped = readAs(escapedCharacter, original)
  return plain.text === unescaped.text ? [plain] : [plain, unescaped]
}

const isWordy = (text: string | undefined): boolean => /[\p{L}\p{N}]/u.test(text ?? "")

// A shorter value is blanked as a word of its own only: "M" must not take the M of "Message" along.
const wordLength = 6

/** Where a value stands in a text: its start is enough, and as much of the rest as is there. */
function* occurrences(value: string, text: string): Generator<Range> {
  const start = value.slice(0, longest)
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    let end = at + start.length
    while (end < text.length && text[end] === value[end - at]) end++
    const isWithinWord = isWordy(value[0]) && isWordy(text[at - 1]) ||
      isWordy(value.at(-1)) && isWordy(text[end])
    if (value.length >= wordLength || !isWithinWord) yield [at, end]
  }
}

// From the start of a word only, or a long text without an address would take long.
const address =
  /(?<![^\s"'<>,;:=&?/()[\]{}|])[^\s"'<>,;:=&?/()[\]{}|@]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu
// Or a date of this form, which stays.
const longNumber =
  /(?<date>(?<!\d)(?:19|20)\d\d-(?:0\d|1[0-2])-[0-3]\d(?!\d))|\+?\d(?:[\s().-]{0,2}\d){6,}/g
// The MD5 of a unicity, by which NP6 names people, or a longer hash.
const hash = /[\da-f]{32,}/gi

function* personalIn(text: string, values: ReadonlyArray<string>): Generator<Range> {
  for (const value of values) yield* occurrences(value, text)
  for (const pattern of [address, longNumber, hash]) {
    for (const { 0: found, groups, index } of text.matchAll(pattern)) {
      if (groups?.date === undefined) yield [index, index + found.length]
    }
  }
}

/** The values to look for: a sign alone says nothing, and forms write a space as a plus. */
const valuesOf = (sent: ReadonlyArray<string>): ReadonlyArray<string> => {
  const values = sent.map(visible).filter(isWordy)
  return Array.from(new Set([...values, ...values.map((value) => value.replaceAll(" ", "+"))]))
}

/** The original up to a place, without these parts. */
const blank = (original: string, parts: ReadonlyArray<Range>, until: number): string => {
  let left = ""
  let from = 0
  for (const [start, end] of [...parts].sort(([a], [b]) => a - b)) {
    if (start >= until) break
    if (start >= from) left += `${original.slice(from, start)}${replacement}`
    from = Math.max(from, end)
  }
  return left + original.slice(from, until)
}

const blanks = /…(?: ?…)+/g

/**
 * Blanks in a text the values that were sent, as they were sent or as URLs, JSON and HTML escape
 * them, e-mail addresses and long numbers, removes control and format characters, and cuts it to 300
 * characters. All other words stay.
 */
export const scrub = (text: string, sent: ReadonlyArray<string>): string => {
  // Most bodies are empty.
  if (text === "") return ""
  const start = text.slice(0, read)
  const values = valuesOf(sent)
  const parts = readingsOf(start).flatMap(({ ends, starts, text }) =>
    Array.from(
      personalIn(text, values),
      ([first, end]): Range => [starts[first] ?? 0, ends[end - 1] ?? start.length],
    )
  )
  const until = text.length > read ? shown : start.length
  const line = visible(blank(start, parts, until))
    .replace(/ +/g, " ").replace(blanks, replacement).trim()
  // A cut may leave half a character.
  return (line.length > longest ? `${line.slice(0, longest - 1)}${replacement}` : line)
    .replace(/\p{Cs}/gu, "")
}

/**
 * Whether a short text, such as a request id, must not be shown: it is a value that was sent, it
 * holds the key, which is the first of them, or it is an address.
 */
export const isEcho = (text: string, [key = "", ...values]: ReadonlyArray<string>): boolean =>
  readingsOf(text).map((reading) => reading.text.toLowerCase()).some((shown) =>
    shown.includes("@") || (key !== "" && shown.includes(key.toLowerCase())) ||
    values.some((value) => visible(value).toLowerCase() === shown)
  )

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
  // Most of NP6's are empty, and parsing that would throw.
  if (text === "") return ""
  try {
    return wordsOfJson(JSON.parse(text)) ?? ""
  } catch {
    if (!text.startsWith("<")) return text
    // Cut first, because a page can be made on which this takes long.
    return text.slice(0, read)
      .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ")
      .replace(/<[^<>]*>/g, " ")
  }
}
