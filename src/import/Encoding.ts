/**
 * Encodings: which one a file has, and its bytes as text. No letter is ever replaced by another one:
 * what can't be read is a problem of its row.
 *
 * @module
 */
import { Buffer, isAscii, isUtf8 } from "node:buffer"
import { hasLoneSurrogate } from "../data/text.ts"
import { isBeyondAscii, type Units } from "./csv.ts"

/** The encodings that can be read. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | "iso-8859-15"

/** Where the name of an encoding comes from. A `"guess"` should be shown to who can judge it. */
export type EncodingEvidence = "given" | "mark" | "content" | "guess"

/** How many bytes a unit has. */
export const unitSize = (encoding: Encoding): 1 | 2 =>
  encoding === "utf-16le" || encoding === "utf-16be" ? 2 : 1

const marks: ReadonlyArray<readonly [Encoding, ReadonlyArray<number>]> = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
]

/** The byte order mark that a file begins with. */
export const markOf = (
  head: Uint8Array,
): { readonly encoding: Encoding; readonly length: number } | undefined => {
  const found = marks.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))
  return found === undefined ? undefined : { encoding: found[0], length: found[1].length }
}

/** UTF-16 without a mark: in European texts, every other byte is zero. */
export const looksLikeUtf16 = (head: Uint8Array): Encoding | undefined => {
  const zeros = [0, 0]
  const length = Math.min(head.length, 4096) & ~1
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const many = length * 0.2
  if (odd > many && even < odd / 10) return "utf-16le"
  if (even > many && odd < even / 10) return "utf-16be"
  return undefined
}

/** Tells UTF-8 from a one-byte encoding by all bytes of a file, given block by block. */
export class Utf8Evidence {
  /** Characters beyond ASCII that are well-formed UTF-8. */
  sound = 0
  /** Bytes that are no UTF-8. */
  broken = 0
  #rest: Uint8Array = new Uint8Array(0)

  add(block: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block])
    if (isAscii(bytes)) {
      this.#rest = new Uint8Array(0)
      return
    }
    const whole = bytes.length - incompleteAtEnd(bytes)
    this.#rest = bytes.slice(whole)
    const complete = bytes.subarray(0, whole)
    if (isUtf8(complete)) this.sound++
    else this.#count(complete)
  }

  /** Ends the file, and names its encoding. */
  end(): readonly [Encoding, EncodingEvidence] {
    this.broken += this.#rest.length
    if (this.broken === 0) return ["utf-8", "content"]
    // In a one-byte encoding, letters form UTF-8 by rare accident only.
    return this.sound > this.broken ? ["utf-8", "guess"] : ["windows-1252", "guess"]
  }

  #count(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const length = sequenceAt(bytes, at)
      if (length === 0) this.broken++
      else if (length > 1) this.sound++
      at += length || 1
    }
  }
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80

const lengthOf = (first: number): number => {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xf0 && first < 0xf5 ? 4 : 0
}

/** How long the sequence at an index is; 0 when it is no UTF-8. */
const sequenceAt = (bytes: Uint8Array, at: number): number => {
  const length = lengthOf(bytes[at] ?? 0)
  if (length < 2) return length
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

/** How many bytes at the end may be the beginning of a character. */
const incompleteAtEnd = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    return lengthOf(byte) > back ? back : 0
  }
  return 0
}

// What 0x80 to 0x9f are in Windows-1252; the others are as in Latin-1. Five are nothing.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// Where ISO-8859-15 differs from Latin-1.
const latin9: ReadonlyMap<string, string> = new Map([
  ["\u00a4", "€"],
  ["\u00a6", "Š"],
  ["\u00a8", "š"],
  ["\u00b4", "Ž"],
  ["\u00b8", "ž"],
  ["\u00bc", "Œ"],
  ["\u00bd", "œ"],
  ["\u00be", "Ÿ"],
])

const decodeWindows1252 = (text: string): string =>
  text.replace(/[\u0080-\u009f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80] ?? c)

const decodeLatin9 = (text: string): string =>
  text.replace(/[\u00a4\u00a6\u00a8\u00b4\u00b8\u00bc\u00bd\u00be]/g, (c) => latin9.get(c) ?? c)

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const c1 = /[\u0080-\u009f]/

/** The names of encodings for people. */
export const encodingNames: Readonly<Record<Encoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16",
  "windows-1252": "Windows-1252",
  "iso-8859-15": "ISO-8859-15",
}

/** A block of a file, as units to scan and as text. */
export class BlockText {
  readonly units: Units
  readonly encoding: Encoding
  readonly #bytes: Uint8Array
  #text: string | undefined

  constructor(bytes: Uint8Array, encoding: Encoding) {
    this.encoding = encoding
    const even = unitSize(encoding) === 2 ? bytes.subarray(0, bytes.length & ~1) : bytes
    this.#bytes = encoding === "utf-16be" ? Buffer.from(even).swap16() : even
    this.units = unitSize(encoding) === 2 ? unitsOf(this.#bytes) : this.#bytes
  }

  /** The text between two units, or `undefined` when it isn't in the encoding. */
  text(from: number, to: number, flags: number): string | undefined {
    if (from === to) return ""
    const { encoding } = this
    if (encoding === "utf-8" && (flags & isBeyondAscii) !== 0) {
      try {
        return utf8.decode(this.#bytes.subarray(from, to))
      } catch {
        return undefined
      }
    }
    const text = this.#whole.substring(from, to)
    if ((flags & isBeyondAscii) === 0) return text
    if (unitSize(encoding) === 2) return hasLoneSurrogate(text) ? undefined : text
    const decoded = encoding === "windows-1252" ? decodeWindows1252(text) : decodeLatin9(text)
    return c1.test(decoded) ? undefined : decoded
  }

  get #whole(): string {
    this.#text ??= Buffer.from(
      this.#bytes.buffer,
      this.#bytes.byteOffset,
      this.#bytes.byteLength,
    ).toString(unitSize(this.encoding) === 2 ? "utf16le" : "latin1")
    return this.#text
  }
}

const unitsOf = (bytes: Uint8Array): Uint16Array => {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1)
}
