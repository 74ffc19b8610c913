/**
 * Makes of a good reply one that no server should send.
 *
 * @module
 */
import { type Json, parse, write } from "./json.ts"
import type { Random } from "./random.ts"

const numbers = [
  "0",
  "-0",
  "-0.0",
  "1e400",
  "-1e400",
  "1e-400",
  "1e308",
  "12345678901234567890",
  "-12345678901234567890",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "9007199254740993.0",
  "900719925474099.1e1",
  "0.1",
  "0.1234567890123456789012345678901234567890",
  "1.00000000000000000000000001",
  "1E2",
  "1e+2",
  "1465831160",
  "1465831160123",
  "99999999999999999",
  "-1",
  "2147483647",
  "2147483648",
  "1.5",
] as const

const texts = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\udc00x",
  "😀",
  "\u2028",
  "__proto__",
  "constructor",
  "polluted",
  "null",
  "0",
  "-5",
  "12345678901234567890",
  "1465831160",
  "1465831160123",
  "1465831160.5",
  "0001-01-01T00:00:00Z",
  "2016-02-30T00:00:00Z",
  "2016-02-29T24:00:00Z",
  "2016-13-01T00:00:00Z",
  "2016-04-04",
  "2016-04-04 08:55",
  "2016-04-04T08:55:00.123456789+02:00",
  "2016-04-04T08:55:00-1200",
  "-271821-04-20T00:00:00Z",
  "+275760-09-13T00:00:00Z",
  "+275760-09-13T00:00:01Z",
  "0000-01-01T00:00:00Z",
  "04/04/2016",
  "..",
  "000MLGPR",
  "Mr",
  "mrs",
  "x".repeat(70),
  "é".repeat(2000),
] as const

const keys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "toJSON",
  "then",
  "length",
  "",
  "0",
  "8101",
  "8103",
  "08103",
  "4294967295",
  "id",
  "fields",
  "bounce",
  "redList",
  "mail",
  "hash",
  "creationDate",
  "\ud800",
  "a@b.c",
] as const

const atomOf = (text: string): Json => ({ kind: "atom", text })

const polluting: Json = {
  kind: "object",
  entries: [["polluted", atomOf("true")], ["prototype", {
    kind: "object",
    entries: [["polluted", atomOf("true")]],
  }]],
}

// As it is written, because a deep tree can't be walked.
const nested = (depth: number, asObject: boolean): Json =>
  atomOf(
    asObject
      ? `${'{"x":'.repeat(depth)}1${"}".repeat(depth)}`
      : `${"[".repeat(depth)}1${"]".repeat(depth)}`,
  )

const invent = (random: Random): Json => {
  switch (random.below(8)) {
    case 0:
      return atomOf(random.pick(["null", "true", "false"]))
    case 1:
    case 2:
      return atomOf(random.pick(numbers))
    case 3:
    case 4:
      return { kind: "string", value: random.pick(texts) }
    case 5:
      return { kind: "array", items: random.chance(0.5) ? [] : [invent(random), invent(random)] }
    case 6:
      return random.chance(0.5) ? polluting : { kind: "object", entries: [] }
    default:
      return nested(random.chance(0.02) ? 1200 : random.below(5), random.chance(0.5))
  }
}

/** A copy with `removed` elements taken out at a place, and others put there. */
const splice = <A>(
  all: ReadonlyArray<A>,
  at: number,
  removed: number,
  ...added: ReadonlyArray<A>
): ReadonlyArray<A> => [...all.slice(0, at), ...added, ...all.slice(at + removed)]

const mutateItems = (random: Random, items: ReadonlyArray<Json>): ReadonlyArray<Json> => {
  const at = random.below(items.length + 1)
  const item = items[at]
  if (item === undefined || random.chance(0.15)) return splice(items, at, 0, invent(random))
  if (random.chance(0.15)) return splice(items, at, 1)
  if (random.chance(0.1)) return splice(items, at, 0, item)
  return splice(items, at, 1, mutateOne(random, item))
}

type Entries = ReadonlyArray<readonly [string, Json]>

const mutateEntries = (random: Random, entries: Entries): Entries => {
  const at = random.below(entries.length + 1)
  const entry = entries[at]
  if (entry === undefined || random.chance(0.15)) {
    const key = random.pick(keys)
    return splice(entries, at, 0, [key, key === "__proto__" ? polluting : invent(random)])
  }
  const [key, value] = entry
  if (random.chance(0.12)) return splice(entries, at, 1)
  // A repeated key.
  if (random.chance(0.12)) return splice(entries, at, 0, [key, invent(random)])
  if (random.chance(0.08)) return splice(entries, at, 1, [random.pick(keys), value])
  return splice(entries, at, 1, [key, mutateOne(random, value)])
}

/** Changes one thing somewhere in a value. */
const mutateOne = (random: Random, json: Json): Json => {
  if (random.chance(0.08)) return invent(random)
  if (random.chance(0.03)) return { kind: "array", items: [json] }
  if (random.chance(0.02)) return { kind: "string", value: write(json) }
  switch (json.kind) {
    case "array":
      return { kind: "array", items: mutateItems(random, json.items) }
    case "object":
      return { kind: "object", entries: mutateEntries(random, json.entries) }
    default:
      return invent(random)
  }
}

const escapeSome = (random: Random, text: string): string =>
  text.replace(
    /[a-zA-Z]/g,
    (letter) =>
      random.chance(0.05) ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : letter,
  )

const mutateText = (random: Random, text: string): string => {
  const at = random.below(text.length + 1)
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return `\ufeff${text}`
    case 2:
      return `${text}${random.pick([" ", "\n", "x", "]", ",", text, "\u0000"])}`
    case 3:
      return text.slice(0, at) +
        random.pick(['"', "\\", "{", "}", "[", "]", ",", ":", "-", "\u0000"]) +
        text.slice(at)
    case 4:
      return text.slice(0, at) + text.slice(at + 1 + random.below(8))
    case 5:
      return text.replaceAll(",", random.pick([" , ", "\n,\t", ",\r\n"]))
    case 6:
      return escapeSome(random, text)
    default:
      return random.pick(["", " ", "null", "<html>502</html>", "{}", "[]", "[null]", "NaN", "true"])
  }
}

const utf8 = new TextEncoder()

const mutateBytes = (random: Random, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const copy = bytes.slice()
  if (copy.length === 0) return copy
  const at = random.below(copy.length)
  if (random.chance(0.5)) copy[at] = random.below(256)
  else copy[at] = random.pick([0xff, 0xc0, 0x80, 0xed, 0xf4, 0x00])
  return copy
}

/** A reply made of a good one. */
export const mutate = (random: Random, good: string): Uint8Array<ArrayBuffer> => {
  let json = parse(good)
  for (let left = random.below(4); left > 0; left--) json = mutateOne(random, json)
  const written = write(json)
  const text = random.chance(0.15) ? mutateText(random, written) : written
  const bytes = utf8.encode(text)
  return random.chance(0.05) ? mutateBytes(random, bytes) : bytes
}
