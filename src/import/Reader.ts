/**
 * Records of a block: of CSV or of NDJSON, behind one interface.
 *
 * @module
 */
import type { FieldScalar } from "../data/Field.ts"
import { isExact } from "../data/number.ts"
import { hasLoneSurrogate } from "../data/text.ts"
import { CsvScanner, hasDoubledQuotes, isBeyondAscii, type Units } from "./csv.ts"
import { BlockText, type Encoding, encodingNames, unitSize } from "./Encoding.ts"

/** The value of a cell: text in CSV, what JSON has in NDJSON; `undefined` where a row lacks the key. */
export type CellValue = FieldScalar | null | ReadonlyArray<FieldScalar | null> | undefined

/** What is wrong with a row or with one of its cells. Holds no value of the file. */
export interface RowProblem {
  /** The name of the column; `undefined` when it is about the whole row. */
  readonly column: string | undefined
  readonly problem: string
}

/** The cells of a row, in the order of the columns, or what is wrong with its form. */
export interface Cells {
  readonly cells: ReadonlyArray<CellValue>
  readonly problem: RowProblem | undefined
}

/** Names of columns. In NDJSON there may be more with each row. */
export class Columns {
  readonly names: Array<string>
  readonly #indexes = new Map<string, number>()

  constructor(names: ReadonlyArray<string>) {
    this.names = [...names]
    this.names.forEach((name, index) => this.#indexes.set(name, index))
  }

  /** The index of a name, which is added where it is new. */
  indexOf(name: string): number {
    const known = this.#indexes.get(name)
    if (known !== undefined) return known
    this.#indexes.set(name, this.names.length)
    return this.names.push(name) - 1
  }
}

/** The records of a block, one at a time. Offsets are bytes from the start of the block. */
export interface RecordReader {
  /** Goes to the next record that isn't blank. There is none when its end isn't in the block. */
  advance(): boolean
  readonly start: number
  readonly line: number
  /** Where the record after this one starts. */
  readonly next: number
  readonly nextLine: number
  /** The line of a quote that is open at the end of the block. */
  readonly openQuote: number | undefined
  /** Reads the cells of the record. */
  read(): Cells
}

/** What must be known of a file to read a block from its middle. */
export interface BlockFormat {
  readonly format: "csv" | "ndjson"
  readonly encoding: Encoding
  readonly delimiter: string
}

/** Reads a block that begins at the start of a record, on this line. */
export const readBlock = (
  format: BlockFormat,
  columns: Columns,
  bytes: Uint8Array,
  line: number,
  isLast: boolean,
): RecordReader => {
  const text = new BlockText(bytes, format.encoding)
  return format.format === "csv"
    ? new CsvReader(text, columns, line, isLast, format.delimiter.charCodeAt(0))
    : new JsonReader(text, columns, line, isLast)
}

const notInEncoding = (encoding: Encoding): string =>
  `it holds bytes that are no ${encodingNames[encoding]}`

class CsvReader implements RecordReader {
  readonly #text: BlockText
  readonly #columns: Columns
  readonly #scanner: CsvScanner
  readonly #unit: number

  constructor(
    text: BlockText,
    columns: Columns,
    line: number,
    isLast: boolean,
    delimiter: number,
  ) {
    this.#text = text
    this.#columns = columns
    this.#unit = unitSize(text.encoding)
    this.#scanner = new CsvScanner(text.units, 0, line, isLast, delimiter)
  }

  advance(): boolean {
    while (this.#scanner.advance()) if (!this.#scanner.isBlank) return true
    return false
  }

  get start(): number {
    return this.#scanner.start * this.#unit
  }
  get line(): number {
    return this.#scanner.line
  }
  get next(): number {
    return this.#scanner.next * this.#unit
  }
  get nextLine(): number {
    return this.#scanner.nextLine
  }
  get openQuote(): number | undefined {
    return this.#scanner.openQuote
  }

  read(): Cells {
    const { bounds, cells: count, problem } = this.#scanner
    const { names } = this.#columns
    const cells = new Array<string>(count)
    let broken: RowProblem | undefined = problem === undefined ? undefined : textAfterQuote
    if (count !== names.length && names.length > 0) broken ??= ragged(count, names.length)
    for (let cell = 0; cell < count; cell++) {
      const at = cell * 3
      const flags = bounds[at + 2] ?? 0
      const text = this.#text.text(bounds[at] ?? 0, bounds[at + 1] ?? 0, flags)
      if (text === undefined) {
        broken ??= { column: names[cell], problem: notInEncoding(this.#text.encoding) }
      }
      const known = text ?? ""
      cells[cell] = (flags & hasDoubledQuotes) === 0 ? known : known.replaceAll('""', '"')
    }
    return { cells, problem: broken }
  }
}

const textAfterQuote: RowProblem = {
  column: undefined,
  problem: "there is text behind a closing quote; a quote within quotes is written twice",
}

const ragged = (count: number, expected: number): RowProblem => ({
  column: undefined,
  problem: `it has ${count} cells, and the header ${expected}`,
})

const lineFeed = 0x0a
const carriageReturn = 0x0d

const isSpace = (unit: number | undefined): boolean =>
  unit === 0x20 || unit === 0x09 || unit === carriageReturn

class JsonReader implements RecordReader {
  readonly #text: BlockText
  readonly #units: Units
  readonly #columns: Columns
  readonly #isLast: boolean
  readonly #unit: number
  readonly openQuote: undefined
  line: number
  nextLine: number
  #start = 0
  #end = 0
  #next = 0
  #flags = 0

  constructor(text: BlockText, columns: Columns, line: number, isLast: boolean) {
    this.#text = text
    this.#units = text.units
    this.#columns = columns
    this.#isLast = isLast
    this.#unit = unitSize(text.encoding)
    this.line = line
    this.nextLine = line
  }

  get start(): number {
    return this.#start * this.#unit
  }
  get next(): number {
    return this.#next * this.#unit
  }

  advance(): boolean {
    const units = this.#units
    for (;;) {
      const start = this.#next
      if (start >= units.length) return false
      const found = units.indexOf(lineFeed, start)
      if (found < 0 && !this.#isLast) return false
      const end = found < 0 ? units.length : found
      this.line = this.nextLine
      this.#start = start
      this.#end = end
      this.#next = found < 0 ? end : end + 1
      this.nextLine = this.line + 1
      let isBlank = true
      this.#flags = 0
      for (let at = start; at < end; at++) {
        const unit = units[at] ?? 0
        if (unit > 0x7f) this.#flags = isBeyondAscii
        if (isBlank && !isSpace(unit)) isBlank = false
      }
      if (!isBlank) return true
    }
  }

  read(): Cells {
    const text = this.#text.text(this.#start, this.#end, this.#flags)
    if (text === undefined) return refuse(undefined, notInEncoding(this.#text.encoding))
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return refuse(undefined, "it is no JSON")
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse(undefined, "it is no JSON object")
    }
    const cells: Array<CellValue> = []
    for (const [name, cell] of Object.entries(value)) {
      const index = this.#columns.indexOf(name)
      const problem = cellProblem(cell)
      if (problem !== undefined) return refuse(name, problem)
      cells[index] = cell
    }
    return { cells, problem: undefined }
  }
}

const refuse = (column: string | undefined, problem: string): Cells => ({
  cells: [],
  problem: { column, problem },
})

const scalarProblem = (value: unknown): string | undefined => {
  switch (typeof value) {
    case "string":
      return hasLoneSurrogate(value) ? "it holds half a character (a lone surrogate)" : undefined
    case "number":
      return isExact(value) ? undefined : "a number beyond ±2^53 has lost digits: write it as text"
    case "boolean":
      return undefined
    default:
      return value === null
        ? undefined
        : "it is an object or a list of lists, which no field can hold"
  }
}

const cellProblem = (value: unknown): string | undefined =>
  Array.isArray(value)
    ? value.map(scalarProblem).find((problem) => problem !== undefined)
    : scalarProblem(value)
