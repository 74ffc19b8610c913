/**
 * Arrays in JSON, right and wrong, and what `JSON.parse` says of them.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util"
import { ListedTarget } from "../../src/data/Target.ts"
import { Result, Schema } from "effect"
import {
  ArrayParser,
  type Flaw,
  type ParseElements,
  type ParserBounds,
} from "../../src/http/arrayParser.ts"
import { parseListed } from "../../src/http/decodeTarget.ts"

const utf8 = new TextEncoder()

/** What came of a document: its elements, and why there were no more. */
export interface Read<A> {
  readonly elements: ReadonlyArray<A>
  readonly flaw: Flaw | undefined
}

/** Parses a document that comes in pieces. */
export const readPieces = <A>(
  pieces: Iterable<Uint8Array>,
  parse: ParseElements<A>,
  bounds?: ParserBounds,
): Read<A> => {
  const parser = new ArrayParser(parse, bounds)
  const elements: Array<A> = []
  for (const piece of pieces) {
    parser.push(piece)
    for (let next = parser.next(); next !== undefined; next = parser.next()) {
      if (next.length === 0) throw new Error("next gave no element")
      for (const element of next) elements.push(element)
    }
    if (parser.flaw !== undefined) break
  }
  return { elements, flaw: parser.end() }
}

/** Whatever `JSON.parse` makes of it. */
export const asJson: ParseElements<unknown> = (text, byJson) => byJson(text)

/** The document in pieces of at most so many bytes each, in turn. */
export function* cutInto(
  bytes: Uint8Array,
  sizes: ReadonlyArray<number>,
): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    // A piece of its own, as sockets have them, which the parser must not keep.
    const piece = bytes.slice(at, at += size)
    yield piece
    piece.fill(0x7b)
  }
}

/** As much of the bytes as is UTF-8, without a mark before it, and whether that is all. */
const textOf = (bytes: Uint8Array): readonly [text: string, isAll: boolean] => {
  const decode = (end: number, stream: boolean): string =>
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end), { stream })
  try {
    return [decode(bytes.length, false), true]
  } catch {
    let low = 0
    for (let high = bytes.length; low < high;) {
      const middle = Math.ceil((low + high) / 2)
      try {
        decode(middle, true)
        low = middle
      } catch {
        high = middle - 1
      }
    }
    return [decode(low, true), false]
  }
}

const parsed = (text: string): ReadonlyArray<unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a document is an array in JSON. */
export const isRight = (bytes: Uint8Array): boolean => {
  const [text, isAll] = textOf(bytes)
  return isAll && parsed(text) !== undefined
}

/**
 * What is wrong with how a document was read, by the word of `JSON.parse`: a right one has all its
 * elements and no flaw. A wrong one has a flaw, all elements that a separator follows, and at most one
 * more, which must be whole.
 */
export const misread = (
  bytes: Uint8Array,
  { elements, flaw }: Read<unknown>,
  decode: (element: unknown) => unknown = (element) => element,
): string | undefined => {
  const [text, isAll] = textOf(bytes)
  const expected = isAll ? parsed(text) : undefined
  if (expected !== undefined) {
    if (flaw !== undefined) return `a right document has the flaw ${flaw}`
    return isDeepStrictEqual(elements, expected.map(decode)) ? undefined : "elements differ"
  }
  if (flaw === undefined) return "a wrong document has no flaw"
  let separated: ReadonlyArray<unknown> = []
  for (let at = text.length - 1; at > 0 && separated.length === 0; at--) {
    if (text[at] === "," || text[at] === "]") separated = parsed(`${text.slice(0, at)}]`) ?? []
  }
  if (isDeepStrictEqual(elements, separated.map(decode))) return undefined
  if (elements.length !== separated.length + 1) {
    return `${elements.length} elements came, ${separated.length} are separated`
  }
  for (let at = text.length; at > 0; at--) {
    const before = parsed(`${text.slice(0, at)}]`)
    if (before?.length === elements.length && isDeepStrictEqual(elements, before.map(decode))) {
      return undefined
    }
  }
  return "the last element is none of the document's"
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export const seeded = (seed: number): () => number => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const texts = [
  '""',
  '"a"',
  '"},{"',
  '"}}"',
  '"],["',
  '"é"',
  '"😀"',
  '"\\u00e9\\ud83d"',
  '"\\\\"',
  '"\\""',
  '"},{\\"},{"',
  '"a longer text without anything in it"',
  '"\u2028\ufeff"',
]
const scalars = [
  ...texts,
  "0",
  "-0",
  "1.5",
  "-12e-3",
  "1e400",
  "9007199254740993",
  "123456789012345",
  "1234567890123456",
  "true",
  "false",
  "null",
]
const keys = ['"a"', '"8103"', '"__proto__"', '"constructor"', '"id"', '"fields"', '"},{"', '""']
const dates = [
  '"2016-04-04T08:55:00Z"',
  '"2016-02-29T23:59:59Z"',
  '"2015-02-29T00:00:00Z"',
  '"2016-04-04T08:55:00.5Z"',
  '"2016-04-04 08:55:00.00"',
  '"0001-01-01T00:00:00Z"',
  '"1465831160"',
  "1465831160",
  "null",
  '"x"',
]
const spaces = ["", "", "", "", "", " ", "\n  ", "\t\r\n"]
const noise = [...'{}[],:"\\ue0-.9tn \n', "},{", "}}", '"}', "\u0000", "\ufeff", "é", "😀"]

/** Makes documents, most of them right or nearly. */
export const documents = (random: () => number): () => Uint8Array => {
  const below = (count: number): number => Math.floor(random() * count)
  const one = <A>(choices: ReadonlyArray<A>, fallback: A): A =>
    choices[below(choices.length)] ?? fallback
  const several = (most: number, make: () => string): string =>
    Array.from({ length: below(most + 1) }, make).join(`${space()},${space()}`)
  const space = (): string => one(spaces, "")
  const scalar = (): string => one(scalars, "0")
  const member = (value: () => string) => (): string =>
    `${one(keys, '"a"')}${space()}:${space()}${value()}`
  const value = (depth: number): string => {
    const kind = depth > 3 ? 2 : below(6)
    if (kind > 1) return scalar()
    const inner = (): string => value(depth + 1)
    return kind === 0
      ? `[${space()}${several(3, inner)}${space()}]`
      : `{${space()}${several(3, member(inner))}${space()}}`
  }
  const date = (): string => random() < 0.7 ? '"2016-04-04T08:55:00Z"' : one(dates, "null")
  const field = (): string =>
    `"${8100 + below(9)}":${random() < 0.9 ? scalar() : value(1)}${random() < 0.02 ? "," : ""}`
  const target = (): string => {
    const id = random() < 0.9 ? `"000${below(100_000)}"` : scalar()
    const fields = Array.from({ length: below(4) }, field).join(",")
    const rest = random() < 0.9 ? "" : `,${member(() => value(1))()}`
    return `{"id":${id},"creationDate":${date()},"lastUpdateDate":${date()},"fields":{${fields}}${rest}}`
  }
  const element = (): string => random() < 0.6 ? target() : value(0)
  const mutated = (bytes: Uint8Array): Uint8Array => {
    const at = below(bytes.length + 1)
    const end = Math.min(bytes.length, at + below(5))
    const put = one<() => Uint8Array>([
      () => new Uint8Array(),
      () => utf8.encode(one(noise, ",")),
      () => new Uint8Array([below(256)]),
      () => bytes.slice(below(at + 1), at),
    ], () => new Uint8Array())()
    const kept = random() < 0.2 ? [] : bytes.subarray(random() < 0.5 ? at : end)
    return new Uint8Array([...bytes.subarray(0, at), ...put, ...kept])
  }
  return () => {
    const most = random() < 0.005 ? 400 : 6
    const isPlain = random() < 0.5
    const elements = isPlain
      ? Array.from({ length: below(most + 1) }, target).join(",")
      : several(most, element)
    let bytes = utf8.encode(`${random() < 0.05 ? "\ufeff" : ""}${space()}[${elements}]${space()}`)
    if (random() < 0.6) {
      for (let left = below(3); left >= 0; left--) {
        bytes = mutated(bytes).slice()
      }
    }
    return bytes
  }
}

/** Sizes of pieces. */
export const pieceSizes = (random: () => number): ReadonlyArray<number> => {
  const most = [1, 3, 20, 200, 5_000, 100_000][Math.floor(random() * 6)] ?? 1
  return Array.from({ length: 5 }, () => 1 + Math.floor(random() * most))
}

const bySchema = Schema.decodeUnknownResult(ListedTarget)
const refused = "refused"

/** What a target is by the schema. */
const decoded = (element: unknown): unknown => Result.getOrElse(bySchema(element), () => refused)

const asTargets: ParseElements<unknown> = (text, byJson) =>
  parseListed(text, byJson).map((target) => target instanceof Schema.SchemaError ? refused : target)

/** How a document is read otherwise than `JSON.parse` reads it, as JSON or as a list of targets. */
export const disagreement = (
  bytes: Uint8Array,
  sizes: ReadonlyArray<number>,
): string | undefined => {
  const problem = misread(bytes, readPieces(cutInto(bytes, sizes), asJson)) ??
    misread(bytes, readPieces(cutInto(bytes, sizes), asTargets), decoded)
  return problem === undefined
    ? undefined
    : `${problem}: ${JSON.stringify(new TextDecoder().decode(bytes))} in pieces of ${sizes}`
}
