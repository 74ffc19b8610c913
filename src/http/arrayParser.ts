/**
 * A JSON array, parsed while its bytes arrive.
 *
 * Scanning bytes one by one costs more than parsing them, so it is avoided where it can be: what has
 * arrived is cut at its last `},{` and parsed between brackets. If that parses, the cut was between
 * two elements, because text that parses ends at the bracket that matches its first. If it doesn't (a
 * `},{` within an element, or text that isn't JSON), a scanner finds the real boundaries. It sees each
 * byte once, and a cut is only tried behind an element that it has seen whole, so every array takes
 * linear time.
 *
 * @module
 */

import {
  BACKSLASH,
  COMMA,
  CR,
  LBRACE,
  LBRACKET,
  LF,
  maxDepth,
  QUOTE,
  RBRACE,
  RBRACKET,
  SPACE,
  TAB,
} from "./depth.ts"

/** What is wrong with an array: it isn't JSON, it isn't UTF-8, or an element is beyond the limits. */
export type Flaw = "Syntax" | "Encoding" | "Limit"

/** Parses elements with commas between them, and throws where that is not what they are. */
export type ParseElements<A> = (
  text: string,
  /** The same by `JSON.parse`; it also throws where elements could be nested too deep. */
  byJson: (text: string) => Array<unknown>,
) => Array<A>

/** How much is held of an array, in bytes. */
export interface ParserBounds {
  /** The most from one separator to the next. */
  readonly element: number
  /** What is parsed at once. */
  readonly batch: number
}

/** The bounds of a list. More at once is not faster, and outlives the young garbage. */
export const listBounds: ParserBounds = { element: 16 * 1024 * 1024, batch: 16 * 1024 }

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

/**
 * The elements of an array that is pushed in pieces. `expected` is its state: before the array,
 * within an element, between two elements, or behind the array.
 */
export class ArrayParser<A> {
  /** Why there are no more elements than `next` gave. */
  flaw: Flaw | undefined

  private expected: "array" | "element" | "separator" | "nothing" = "array"
  private isFirst = true
  /** The bytes since the last separator that are not in the buffer any more. */
  private passed = 0

  private piece: Uint8Array = new Uint8Array()
  /** How much of the piece is in the buffer, or was. */
  private taken = 0
  /** What isn't parsed yet is `buffer[start, size)`. */
  private buffer: Uint8Array
  private start = 0
  private size = 0

  /** How far the scanner is, what it is in, and whether an element has ended there. */
  private scanned = 0
  private depth = 0
  private inString = false
  private isWhole = false

  private readonly utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  private readonly parseElements: ParseElements<A>
  private readonly bounds: ParserBounds

  constructor(parseElements: ParseElements<A>, bounds: ParserBounds = listBounds) {
    this.parseElements = parseElements
    this.bounds = bounds
    this.buffer = new Uint8Array(2 * bounds.batch)
  }

  /** Takes a piece, once `next` has given every element of the one before. */
  push(bytes: Uint8Array): void {
    this.piece = bytes
    this.taken = 0
  }

  /** The next elements, at least one; `undefined` where they need another piece, or never come. */
  next(): Array<A> | undefined {
    for (;;) {
      this.passBetween()
      const isInside = this.flaw === undefined && this.expected === "element"
      const elements = isInside ? this.takeElements() : undefined
      if (elements === undefined) {
        if (this.flaw !== undefined || !this.fill()) return undefined
      } else if (elements.length > 0) return elements
    }
  }

  /** What is wrong with an array of which no piece follows. */
  end(): Flaw | undefined {
    if (this.flaw !== undefined || (this.expected === "nothing" && this.start === this.size)) {
      return this.flaw
    }
    return this.parse(this.size, parseAny) === "Encoding" ? "Encoding" : "Syntax"
  }

  private fail(found: Flaw): undefined {
    this.flaw = found
  }

  private fill(): boolean {
    const count = Math.min(this.piece.length - this.taken, this.bounds.batch)
    if (count === 0) return false
    const needed = this.size - this.start + count
    // The buffer shrinks again after an element of many megabytes.
    const isFit = needed <= this.buffer.length &&
      this.buffer.length <= 16 * Math.max(needed, this.bounds.batch)
    const next = isFit ? this.buffer : new Uint8Array(2 * Math.max(needed, this.bounds.batch))
    if (next !== this.buffer || this.start > 0) {
      next.set(this.buffer.subarray(this.start, this.size))
    }
    next.set(this.piece.subarray(this.taken, this.taken + count), this.size - this.start)
    this.buffer = next
    this.scanned -= this.start
    this.start = 0
    this.taken += count
    this.size = needed
    return true
  }

  private beginElement(at: number): void {
    this.expected = "element"
    this.start = this.scanned = at
    this.depth = this.passed = 0
    this.inString = this.isWhole = false
  }

  /** Passes over spaces to the byte that is expected where no element is. */
  private passBetween(): void {
    while (this.start < this.size && this.expected !== "element" && this.flaw === undefined) {
      const byte = this.buffer[this.start] ?? 0
      // A character can only be judged once all of its bytes are there.
      if (byte >= 0x80 && this.size - this.start < 4) return
      if (this.passed === 0 && this.expected === "array" && this.isMark(this.start)) {
        this.start += byteOrderMark.length
        this.passed += byteOrderMark.length
        continue
      }
      this.passed++
      if (isSpace(byte)) {
        this.start++
        if (this.passed > this.bounds.element) this.flaw = "Limit"
      } else if (byte === LBRACKET && this.expected === "array") this.beginElement(this.start + 1)
      else if (byte === COMMA && this.expected === "separator") this.beginElement(this.start + 1)
      else if (byte === RBRACKET && this.expected === "separator") this.endArray(this.start + 1)
      else this.flaw = this.unexpected()
    }
  }

  private isMark(at: number): boolean {
    return byteOrderMark.every((byte, index) => this.buffer[at + index] === byte)
  }

  /** The flaw of what is no JSON. Nothing is decoded after it, so the decoder may stay in the middle. */
  private unexpected(): Flaw {
    try {
      this.utf8.decode(this.buffer.subarray(this.start, this.size), { stream: true })
      return "Syntax"
    } catch {
      return "Encoding"
    }
  }

  private endArray(at: number): void {
    this.expected = "nothing"
    this.start = at
    this.passed = 0
  }

  /** Goes on to the comma or bracket that ends an element, and says where; -1 where there is none yet. */
  private scan(): number {
    let at = this.scanned
    while (at < this.size) {
      const byte = this.buffer[at++]
      if (this.inString) {
        // The byte behind it is passed over, even if it has not arrived yet.
        if (byte === BACKSLASH) at++
        else if (byte === QUOTE) {
          this.inString = false
          this.isWhole = this.depth === 0
        }
      } else if (byte === QUOTE) {
        this.inString = true
        this.isWhole = false
      } else if (byte === LBRACE || byte === LBRACKET) {
        this.isWhole = false
        if (++this.depth > maxDepth) {
          this.flaw = "Limit"
          return -1
        }
      } else if (this.depth > 0) {
        if (byte === RBRACE || byte === RBRACKET) this.isWhole = --this.depth === 0
      } else if (byte === COMMA || byte === RBRACKET) {
        this.scanned = at
        return at - 1
      } else if (!isSpace(byte)) this.isWhole = false
    }
    this.scanned = at
    return -1
  }

  private parse(end: number, byJson: (text: string) => Array<unknown>): Array<A> | Flaw {
    let text: string
    try {
      text = this.utf8.decode(this.buffer.subarray(this.start, end))
    } catch {
      return "Encoding"
    }
    try {
      return this.parseElements(text, byJson)
    } catch (error) {
      if (error instanceof SyntaxError) return "Syntax"
      throw error
    }
  }

  /** The last place behind `from` that looks like one between two elements. */
  private lastCut(from: number): number {
    let byte: number | undefined
    for (let at = this.size - 1; at > from; at--) {
      const before = this.buffer[at]
      if (before === COMMA && byte === LBRACE && this.buffer[at - 1] === RBRACE) return at
      if (!isSpace(before)) byte = before
    }
    return -1
  }

  private takeTo(end: number, elements: Array<A>): Array<A> | undefined {
    const byte = this.buffer[end]
    if (elements.length === 0 && !(this.isFirst && byte === RBRACKET)) return this.fail("Syntax")
    this.isFirst = false
    if (byte === COMMA) this.beginElement(end + 1)
    else this.endArray(end + 1)
    return elements
  }

  /** The elements before the one that can't be parsed. */
  private salvage(): Array<A> {
    const elements: Array<A> = []
    this.beginElement(this.start)
    for (let end = this.scan(); end >= 0; end = this.scan()) {
      const parsed = this.parse(end, parseAny)
      if (typeof parsed === "string" || parsed.length !== 1) {
        this.flaw = typeof parsed === "string" ? parsed : "Syntax"
        break
      }
      elements.push(...parsed)
      this.beginElement(end + 1)
    }
    return elements
  }

  private takeElements(): Array<A> | undefined {
    let end = this.scan()
    if ((end < 0 ? this.size : end) - this.start > this.bounds.element) return this.fail("Limit")
    if (end < 0) return this.isWhole ? this.takeWhole() : undefined
    const cut = this.lastCut(end)
    if (cut > end) {
      const elements = this.parse(cut, parseBounded)
      if (typeof elements !== "string") return this.takeTo(cut, elements)
    }
    for (let next = end; next >= 0; next = this.buffer[end] === COMMA ? this.scan() : -1) end = next
    const elements = this.parse(end, parseAny)
    return typeof elements === "string" ? this.salvage() : this.takeTo(end, elements)
  }

  /** Takes an element at the end of what there is: what follows it may take its time. */
  private takeWhole(): Array<A> | undefined {
    const elements = this.parse(this.size, parseAny)
    if (typeof elements === "string") return this.fail(elements)
    this.isFirst = false
    this.expected = "separator"
    this.passed = this.size - this.start
    this.start = this.size
    return elements
  }
}
