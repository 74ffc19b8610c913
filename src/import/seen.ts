/**
 * Which contacts of a file were seen before: a Bloom filter in memory, which is never written, because
 * it tells who is in the file.
 *
 * A contact's first row may run anywhere; its later ones must come after it, in the file's order. A
 * false positive makes a row wait and harms nothing.
 *
 * @module
 */

/**
 * A contact's key. It is coarser than any comparison a server may make: too coarse costs time, too
 * fine costs the order.
 */
export const contactKey = (unicity: ReadonlyArray<string>): string =>
  unicity.map((value) => /^[\x21-\x7e]*$/.test(value) ? value.toUpperCase() : foldAll(value))
    .join("\u0000")

const foldAll = (value: string): string =>
  value.normalize("NFKD").replace(/[\p{M}\p{C}\p{Z}]/gu, "").toUpperCase()

const wordsOfBlock = 8
const bitsPerKey = 16
/** Odd constants that pick one bit in each word of a block (as in Parquet's filters). */
const salts = [
  0x47b6137b,
  0x44974d91,
  0x8824ad5b,
  0xa2b7289d,
  0x705495c7,
  0x2df1424b,
  0x9efc4947,
  0x5c6bfb31,
]

const hash = (text: string, seed: number): number => {
  let value = seed
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
    value ^= value >>> 15
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

class BlockFilter {
  readonly #words: Uint32Array
  readonly #blocks: number
  readonly capacity: number
  size = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.#blocks = Math.max(1, Math.ceil(capacity * bitsPerKey / (wordsOfBlock * 32)))
    this.#words = new Uint32Array(this.#blocks * wordsOfBlock)
  }

  has(block: number, bits: number): boolean {
    const start = (block % this.#blocks) * wordsOfBlock
    return salts.every((salt, word) =>
      ((this.#words[start + word] ?? 0) & (1 << (Math.imul(bits, salt) >>> 27))) !== 0
    )
  }

  add(block: number, bits: number): void {
    const start = (block % this.#blocks) * wordsOfBlock
    salts.forEach((salt, word) => {
      this.#words[start + word] = (this.#words[start + word] ?? 0) |
        (1 << (Math.imul(bits, salt) >>> 27))
    })
    this.size++
  }
}

/** The contacts of a file that were seen. The same keys in the same order always give the same. */
export class SeenContacts {
  readonly #filters: Array<BlockFilter>

  constructor(expected: number) {
    this.#filters = [new BlockFilter(Math.max(1_024, expected))]
  }

  /** Adds a contact, and says whether it may have been added before. */
  add(key: string): boolean {
    const block = hash(key, 0x811c9dc5)
    const bits = hash(key, 0x9747b28c)
    if (this.#filters.some((filter) => filter.has(block, bits))) return true
    let last = this.#filters.at(-1)
    if (last === undefined || last.size >= last.capacity) {
      last = new BlockFilter((last?.capacity ?? 1_024) * 2)
      this.#filters.push(last)
    }
    last.add(block, bits)
    return false
  }
}
