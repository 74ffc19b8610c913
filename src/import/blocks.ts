/**
 * A file, block by block: each holds whole records, and the next one begins where it ends.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { ImportError } from "./ImportError.ts"
import { type BlockFormat, type Columns, readBlock, type RecordReader } from "./Reader.ts"
import type { Source } from "./Source.ts"

/** How much is read at once. */
export const blockSize: number = 1024 ** 2

/** How long a record may be, in bytes. */
export const maxRecord: number = 4 * 1024 ** 2

/** A block of whole records. */
export interface Block {
  readonly reader: RecordReader
  readonly bytes: Uint8Array
  /** Where it starts in the file. */
  readonly offset: number
}

/** A quote is never closed. */
export const unclosedQuote = (line: number): ImportError =>
  new ImportError({
    reason: "UnclosedQuote",
    message: `A quote that is opened on line ${line} isn't closed. Close it, or remove it.`,
    line,
  })

/** A record has no end within reason. */
export const recordTooLong = (line: number): ImportError =>
  new ImportError({
    reason: "RecordTooLong",
    message: `The row on line ${line} is longer than ${maxRecord} bytes. Is this the right file?`,
    line,
  })

const nothing: Uint8Array = new Uint8Array(0)

/** Where a file is read, from its first row on. */
export class BlockCursor {
  readonly #source: Source
  readonly #format: BlockFormat
  readonly #columns: Columns
  readonly #size: number
  /** Where the next bytes are read. */
  #at: number
  #line: number
  #last: Block | undefined

  constructor(
    source: Source,
    layout: BlockFormat & { readonly start: number; readonly line: number },
    columns: Columns,
    size: number = blockSize,
  ) {
    this.#source = source
    this.#format = layout
    this.#columns = columns
    this.#size = size
    this.#at = layout.start
    this.#line = layout.line
  }

  /**
   * The next block, or `undefined` behind the last one. The records of the block before must have
   * been gone through.
   *
   * Fails at a quote that is never closed, and at a record that is too long.
   */
  readonly next: Effect.Effect<Block | undefined, ImportError> = Effect.suspend(() => this.#next())

  #next(): Effect.Effect<Block | undefined, ImportError> {
    const rest = this.#rest()
    const isOver = this.#at >= this.#source.size
    if (this.#last !== undefined && (isOver || rest.length > maxRecord)) {
      const { openQuote } = this.#last.reader
      if (openQuote !== undefined) return Effect.fail(unclosedQuote(openQuote))
      if (!isOver) return Effect.fail(recordTooLong(this.#line))
    }
    if (isOver) return Effect.undefined
    const length = Math.min(this.#size, this.#source.size - this.#at)
    return Effect.map(this.#source.read(this.#at, length), (read) => {
      const bytes = rest.length === 0 ? read : Buffer.concat([rest, read])
      const offset = this.#at - rest.length
      this.#at += length
      const isLast = this.#at >= this.#source.size
      const reader = readBlock(this.#format, this.#columns, bytes, this.#line, isLast)
      this.#last = { reader, bytes, offset }
      return this.#last
    })
  }

  #rest(): Uint8Array {
    if (this.#last === undefined) return nothing
    const { bytes, reader } = this.#last
    this.#line = reader.nextLine
    return bytes.subarray(reader.next)
  }
}
