/**
 * A JSON array, parsed while its bytes arrive.
 *
 * To look at bytes one by one costs more than to parse them, so mostly that isn't done: what has
 * arrived is cut at its last `},{` and parsed between brackets. Where that parses, the cut was between
 * two elements, because whatever parses ends at the bracket that matches its first. Where it doesn't
 * (a `},{` within an element, or something that isn't JSON), a scanner looks for the real boundaries.
 * It sees each byte once, and a cut is only tried behind an element that it has seen whole, so an
 * array takes linear time whatever is in it.
 *
 * @module
 */

import { maxDepth } from "./depth.ts"
import {
  BACKSLASH,
  COMMA,
  CR,
  LBRACE,
  LBRACKET,
  LF,
  QUOTE,
  RBRACE,
  RBRACKET,
  SPACE,
  TAB,
} from "./signs.ts"

/** What is wrong with an array: it isn't JSON, it isn't UTF-8, or an element is beyond the limits. */
export type Flaw = "Syntax" | "Encoding" | "Limit"

/** Parses elements with commas between them, and throws where that is not what they are. */
export type ParseElements<A> = (
  text: string,
  /** The same by `JSON.parse`; it also throws where elements could be nested too deep. */
  byJson: (text: string) => Array<unknown>,
) => Array<A>

/** The elements of an array that is pushed in pieces. */
export interface ArrayParser<A> {
  /** Takes a piece, when `next` has given all of the one before. */
  readonly push: (piece: Uint8Array) => void
  /** The next elements, at least one; `undefined` where the next take another piece, or never come. */
  readonly next: () => Array<A> | undefined
  /** Why there are no more elements than `next` gave. */
  readonly flaw: () => Flaw | undefined
  /** What is wrong with an array of which no piece follows. */
  readonly end: () => Flaw | undefined
}

/** How much is held of an array, in bytes. */
export interface ParserBounds {
  /** The most from one separator to the next. */
  readonly element: number
  /** What is parsed at once. */
  readonly batch: number
}

/** The bounds of a list. More at once is not faster, and outlives the young garbage. */
export const bounds: ParserBounds = { element: 16 * 1024 * 1024, batch: 16 * 1024 }

const byteOrderMark: ReadonlyArray<number> = [0xef, 0xbb, 0xbf]

const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === LF || byte === CR || byte === TAB

/** Whether a text has so many brackets that an element could be nested too deep. */
const mayBeDeep = (text: string): boolean => {
  let found = 0
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++found > maxDepth) return true
    }
  }
  return false
}

const parseBounded = (text: string): Array<unknown> => {
  if (mayBeDeep(text)) throw new SyntaxError("Too many brackets")
  return parseAny(text)
}

const parseAny = (text: string): Array<unknown> => JSON.parse(`[${text}]`)

/** Makes a parser. */
export const makeArrayParser = <A>(
  parseElements: ParseElements<A>,
  { element: maxElement, batch: batchSize }: ParserBounds = bounds,
): ArrayParser<A> => {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  let piece: Uint8Array = new Uint8Array()
  let taken = 0
  // What isn't parsed yet is buffer[start, size).
  let buffer = new Uint8Array(2 * batchSize)
  let start = 0
  let size = 0

  let expected: "array" | "element" | "separator" | "nothing" = "array"
  let isFirst = true
  // The bytes since the last separator that are not in the buffer any more.
  let passed = 0
  let flaw: Flaw | undefined

  // How far the scanner is, what it is in, and whether an element has ended there.
  let scanned = 0
  let depth = 0
  let inString = false
  let isWhole = false

  const fail = (found: Flaw): undefined => {
    flaw = found
  }

  const fill = (): boolean => {
    const count = Math.min(piece.length - taken, batchSize)
    if (count === 0) return false
    const needed = size - start + count
    // Less again, too, once an element of many megabytes has gone.
    const isFit = needed <= buffer.length && buffer.length <= 16 * Math.max(needed, batchSize)
    const next = isFit ? buffer : new Uint8Array(2 * Math.max(needed, batchSize))
    if (next !== buffer || start > 0) next.set(buffer.subarray(start, size))
    next.set(piece.subarray(taken, taken + count), size - start)
    buffer = next
    scanned -= start
    start = 0
    taken += count
    size = needed
    return true
  }

  const beginElement = (at: number): void => {
    expected = "element"
    start = scanned = at
    depth = passed = 0
    inString = isWhole = false
  }

  /** Passes over spaces to the byte that is expected where no element is. */
  const passBetween = (): void => {
    while (start < size && expected !== "element" && flaw === undefined) {
      const byte = buffer[start] ?? 0
      // It takes all bytes of a character to say what it is.
      if (byte >= 0x80 && size - start < 4) return
      if (passed === 0 && expected === "array" && isMark(start)) {
        start += byteOrderMark.length
        passed += byteOrderMark.length
        continue
      }
      passed++
      if (isSpace(byte)) {
        start++
        if (passed > maxElement) flaw = "Limit"
      } else if (byte === LBRACKET && expected === "array") beginElement(start + 1)
      else if (byte === COMMA && expected === "separator") beginElement(start + 1)
      else if (byte === RBRACKET && expected === "separator") endArray(start + 1)
      else flaw = unexpected()
    }
  }

  const isMark = (at: number): boolean =>
    byteOrderMark.every((byte, index) => buffer[at + index] === byte)

  /** The flaw of what is no JSON. Nothing is decoded after it, so the decoder may stay in the middle. */
  const unexpected = (): Flaw => {
    try {
      utf8.decode(buffer.subarray(start, size), { stream: true })
      return "Syntax"
    } catch {
      return "Encoding"
    }
  }

  const endArray = (at: number): void => {
    expected = "nothing"
    start = at
    passed = 0
  }

  /** Goes on to the comma or bracket that ends an element, and says where; -1 where there is none yet. */
  const scan = (): number => {
    let at = scanned
    while (at < size) {
      const byte = buffer[at++]
      if (inString) {
        // The byte behind it may not have come yet; it is passed over all the same.
        if (byte === BACKSLASH) at++
        else if (byte === QUOTE) {
          inString = false
          isWhole = depth === 0
        }
      } else if (byte === QUOTE) {
        inString = true
        isWhole = false
      } else if (byte === LBRACE || byte === LBRACKET) {
        isWhole = false
        if (++depth > maxDepth) {
          flaw = "Limit"
          return -1
        }
      } else if (depth > 0) {
        if (byte === RBRACE || byte === RBRACKET) isWhole = --depth === 0
      } else if (byte === COMMA || byte === RBRACKET) {
        scanned = at
        return at - 1
      } else if (!isSpace(byte)) isWhole = false
    }
    scanned = at
    return -1
  }

  const parse = (end: number, byJson: (text: string) => Array<unknown>): Array<A> | Flaw => {
    let text: string
    try {
      text = utf8.decode(buffer.subarray(start, end))
    } catch {
      return "Encoding"
    }
    try {
      return parseElements(text, byJson)
    } catch (error) {
      if (error instanceof SyntaxError) return "Syntax"
      throw error
    }
  }

  /** The last place behind `from` that looks like one between two elements. */
  const lastCut = (from: number): number => {
    let byte: number | undefined
    for (let at = size - 1; at > from; at--) {
      const before = buffer[at]
      if (before === COMMA && byte === LBRACE && buffer[at - 1] === RBRACE) return at
      if (!isSpace(before)) byte = before
    }
    return -1
  }

  const takeTo = (end: number, elements: Array<A>): Array<A> | undefined => {
    const byte = buffer[end]
    if (elements.length === 0 && !(isFirst && byte === RBRACKET)) return fail("Syntax")
    isFirst = false
    if (byte === COMMA) beginElement(end + 1)
    else endArray(end + 1)
    return elements
  }

  /** The elements before the one that can't be parsed. */
  const salvage = (): Array<A> => {
    const elements: Array<A> = []
    beginElement(start)
    for (let end = scan(); end >= 0; end = scan()) {
      const parsed = parse(end, parseAny)
      if (typeof parsed === "string" || parsed.length !== 1) {
        flaw = typeof parsed === "string" ? parsed : "Syntax"
        break
      }
      elements.push(...parsed)
      beginElement(end + 1)
    }
    return elements
  }

  const takeElements = (): Array<A> | undefined => {
    let end = scan()
    if ((end < 0 ? size : end) - start > maxElement) return fail("Limit")
    if (end < 0) return isWhole ? takeWhole() : undefined
    const cut = lastCut(end)
    if (cut > end) {
      const elements = parse(cut, parseBounded)
      if (typeof elements !== "string") return takeTo(cut, elements)
    }
    for (let next = end; next >= 0; next = buffer[end] === COMMA ? scan() : -1) end = next
    const elements = parse(end, parseAny)
    return typeof elements === "string" ? salvage() : takeTo(end, elements)
  }

  /** Takes an element at the end of what there is: what follows it may take its time. */
  const takeWhole = (): Array<A> | undefined => {
    const elements = parse(size, parseAny)
    if (typeof elements === "string") return fail(elements)
    isFirst = false
    expected = "separator"
    passed = size - start
    start = size
    return elements
  }

  return {
    push: (bytes) => {
      piece = bytes
      taken = 0
    },
    next: () => {
      for (;;) {
        passBetween()
        const isInside = flaw === undefined && expected === "element"
        const elements = isInside ? takeElements() : undefined
        if (elements === undefined) {
          if (flaw !== undefined || !fill()) return undefined
        } else if (elements.length > 0) return elements
      }
    },
    flaw: () => flaw,
    end: () => {
      if (flaw !== undefined || (expected === "nothing" && start === size)) return flaw
      return parse(size, parseAny) === "Encoding" ? "Encoding" : "Syntax"
    },
  }
}
