/**
 * CSV as a state machine over the units of a text: bytes, or UTF-16 code units. Planning and sending
 * run the same machine, over blocks and over chunks, and must find the same records.
 *
 * @module
 */

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The cell is between quotes. */
export const isQuoted = 1
/** A quote in the cell is doubled. */
export const hasDoubledQuotes = 2
/** The cell has a unit beyond ASCII. */
export const isBeyondAscii = 4

/** What is wrong with the form of a record. */
export type FormProblem = "TextAfterQuote" | undefined

/** Units of a text, and the code of one at an index. */
export type Units = Uint8Array | Uint16Array

const endsCell = (unit: number | undefined, delimiter: number): boolean =>
  unit === delimiter || unit === lineFeed || unit === carriageReturn

/** The records of a block, one at a time. */
export class CsvScanner {
  /** How many cells the record has. */
  cells = 0
  /** Start, end and flags of each cell of the record: `bounds[3 * n]` is where the n-th one starts. */
  bounds = new Int32Array(192)
  /** Where the record starts. */
  start = 0
  /** The line that the record starts on. */
  line = 1
  /** What is wrong with the form of the record. */
  problem: FormProblem
  /** Where the next record starts. */
  next = 0
  /** The line that the next record starts on. */
  nextLine: number
  /** The line of the quote that is open at the end of the block. */
  openQuote: number | undefined

  readonly #units: Units
  readonly #end: number
  readonly #isLast: boolean
  readonly #delimiter: number

  /** `isLast` says that the text ends with the block; otherwise its last record may go on. */
  constructor(units: Units, start: number, line: number, isLast: boolean, delimiter: number) {
    this.#units = units
    this.#end = units.length
    this.#isLast = isLast
    this.#delimiter = delimiter
    this.next = start
    this.nextLine = line
  }

  /** Whether the record is a line without anything on it, or with delimiters alone. */
  get isBlank(): boolean {
    for (let cell = 0; cell < this.cells; cell++) {
      const at = cell * 3
      if (this.bounds[at] !== this.bounds[at + 1] || this.bounds[at + 2] !== 0) return false
    }
    return true
  }

  /** Goes to the next record. There is none when the block ends before its end is known. */
  advance(): boolean {
    const units = this.#units
    const end = this.#end
    const delimiter = this.#delimiter
    const start = this.next
    if (start >= end) return false
    let line = this.nextLine
    let at = start
    let cells = 0
    let problem: FormProblem
    for (;;) {
      let from = at
      let to: number
      let flags = 0
      let all = 0
      if (at < end && units[at] === quote) {
        const quoteLine = line
        from = ++at
        for (;;) {
          if (at >= end) {
            this.openQuote = quoteLine
            return false
          }
          const unit = units[at] ?? 0
          if (unit === quote) {
            if (at + 1 >= end && !this.#isLast) return false
            if (units[at + 1] !== quote) break
            flags |= hasDoubledQuotes
            at += 2
            continue
          }
          if (unit === lineFeed) line++
          else if (unit === carriageReturn) {
            if (at + 1 >= end && !this.#isLast) return false
            if (units[at + 1] !== lineFeed) line++
          }
          all |= unit
          at++
        }
        to = at++
        flags |= isQuoted
        if (at < end && !endsCell(units[at], delimiter)) {
          problem = "TextAfterQuote"
          while (at < end && !endsCell(units[at], delimiter)) at++
        }
      } else {
        while (at < end) {
          const unit = units[at] ?? 0
          if (unit === delimiter || unit === lineFeed || unit === carriageReturn) break
          all |= unit
          at++
        }
        to = at
      }
      if (all > 0x7f) flags |= isBeyondAscii
      const place = cells * 3
      if (place + 3 > this.bounds.length) this.#grow()
      this.bounds[place] = from
      this.bounds[place + 1] = to
      this.bounds[place + 2] = flags
      cells++
      if (at >= end) {
        if (!this.#isLast) return false
        break
      }
      const unit = units[at] ?? 0
      if (unit === delimiter) {
        at++
        continue
      }
      if (unit === carriageReturn) {
        if (at + 1 >= end && !this.#isLast) return false
        if (units[at + 1] === lineFeed) at++
      }
      at++
      line++
      break
    }
    this.start = start
    this.line = this.nextLine
    this.cells = cells
    this.problem = problem
    this.next = at
    this.nextLine = line
    return true
  }

  #grow(): void {
    const bounds = new Int32Array(this.bounds.length * 2)
    bounds.set(this.bounds)
    this.bounds = bounds
  }
}
