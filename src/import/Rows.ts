/**
 * Files of contacts: from bytes to rows, each with the line it stands on.
 *
 * - CSV with `,` `;` tab or `|`, with quotes, line breaks in quotes, LF, CRLF or CR; `sep=;` as the
 *   first line names the delimiter, as spreadsheets write it. Lines without anything on them, or with
 *   delimiters alone, are left out. A quote counts at the start of a cell only, so `5" pipe` is text.
 * - NDJSON: a JSON object a line.
 * - UTF-8 (with a mark or without), UTF-16, Windows-1252, ISO-8859-15.
 *
 * What isn't given is found out, and {@link Layout} says how: an encoding or a delimiter that is only
 * likely is a `"guess"`. A row that can't be read has a `problem`; the rows beside it don't suffer.
 * No letter is ever replaced.
 *
 * @example
 * ```ts
 * import { Rows, Source } from "@effect-np6/targets/import"
 * import { Effect, Stream } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const source = yield* Source.file("/data/crm.csv")
 *   const layout = yield* Rows.inspect(source, Rows.csv())
 *   yield* Effect.log(`${layout.encoding}, "${layout.delimiter}", ${layout.columns.join(" ")}`)
 *   yield* Rows.stream(source, layout).pipe(
 *     Stream.runForEach(({ line, cells }) => Effect.log(line, cells.length)),
 *   )
 * }).pipe(Effect.scoped)
 * ```
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  type Block,
  BlockCursor,
  blockSize,
  maxRecord,
  recordTooLong,
  unclosedQuote,
} from "./blocks.ts"
import { CsvScanner } from "./csv.ts"
import {
  BlockText,
  type Encoding,
  type EncodingEvidence,
  looksLikeUtf16,
  markOf,
  unitSize,
  Utf8Evidence,
} from "./Encoding.ts"
import { ImportError } from "./ImportError.ts"
import { type Cells, Columns, readBlock, type RowProblem } from "./Reader.ts"
import type { Source } from "./Source.ts"

export type { Encoding, EncodingEvidence } from "./Encoding.ts"
export type { CellValue, RowProblem } from "./Reader.ts"

/** What stands between two cells. */
export type Delimiter = "," | ";" | "\t" | "|"

/** How a CSV file is written, where it isn't to be found out. */
export interface CsvOptions {
  /** What stands between two cells. Found out from the first rows when left out. */
  readonly delimiter?: Delimiter | undefined
  /** Found out from a mark or from all bytes when left out. */
  readonly encoding?: Encoding | undefined
  /** The names of the columns, for a file whose first line is a contact already. */
  readonly header?: ReadonlyArray<string> | undefined
}

/** How an NDJSON file is written, where it isn't to be found out. */
export interface NdjsonOptions {
  /** Found out from a mark or from all bytes when left out. */
  readonly encoding?: Encoding | undefined
}

/** The format of a file: {@link csv} or {@link ndjson}. */
export type Format =
  | { readonly format: "csv"; readonly options: CsvOptions }
  | { readonly format: "ndjson"; readonly options: NdjsonOptions }

/** A file of comma-separated values, whatever separates them. */
export const csv = (options: CsvOptions = {}): Format => ({ format: "csv", options })

/** A file with a JSON object a line. Values are text, numbers, flags, `null`, and lists of these. */
export const ndjson = (options: NdjsonOptions = {}): Format => ({ format: "ndjson", options })

/** A file as it was found. */
export interface Layout {
  readonly format: "csv" | "ndjson"
  readonly encoding: Encoding
  /** `"content"`: no other encoding fits. `"guess"`: another one may be meant. */
  readonly encodingFrom: EncodingEvidence
  readonly delimiter: Delimiter
  /** `"mark"`: a first line like `sep=;`. `"guess"`: not all of the first rows fit. */
  readonly delimiterFrom: EncodingEvidence
  /** The names of the columns. In NDJSON, those of the first rows: later rows may have more. */
  readonly columns: ReadonlyArray<string>
  /** Where the first row starts, in bytes. */
  readonly start: number
  /** The line of the first row. */
  readonly line: number
}

/** A row of a file. */
export interface Row {
  /** The line of its first byte, counted from 1. */
  readonly line: number
  /** In the order of the columns; `undefined` where an object of NDJSON lacks the key. */
  readonly cells: Cells["cells"]
  /** Why it can't be read. Its cells aren't to be used then. */
  readonly problem: RowProblem | undefined
}

// Enough for a hundred rows of the widest files.
const sampleSize = 1024 ** 2
const sampleRows = 200

/**
 * Finds out how a file is written. Without a given encoding or a mark, all of it is read: one byte
 * near its end can tell that it isn't UTF-8.
 *
 * Fails with `ImportError` when the file is empty or binary, or its header can't be used.
 */
export const inspect = (source: Source, format: Format): Effect.Effect<Layout, ImportError> =>
  Effect.gen(function* () {
    const head = yield* source.read(0, Math.min(source.size, sampleSize))
    const mark = markOf(head)
    const binary = binaryName(head, mark !== undefined)
    if (binary !== undefined) return yield* Effect.fail(isBinary(binary))
    const [encoding, encodingFrom] = yield* findEncoding(source, format.options.encoding, head)
    const start = mark?.encoding === encoding ? mark.length : 0
    if (source.size <= start) return yield* Effect.fail(isEmpty())
    const base = { encoding, encodingFrom, start, line: 1 }
    const isWhole = head.length === source.size
    return yield* format.format === "csv"
      ? csvLayout(base, head.subarray(start), isWhole, format.options)
      : ndjsonLayout(base, head.subarray(start), isWhole)
  })

const isEmpty = (): ImportError =>
  new ImportError({ reason: "Empty", message: "The file is empty. There is nothing to import." })

const magics: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
  ["a spreadsheet (.xlsx) or a zip file", [0x50, 0x4b, 0x03, 0x04]],
  ["a zip file", [0x50, 0x4b, 0x05, 0x06]],
  ["an old spreadsheet (.xls)", [0xd0, 0xcf, 0x11, 0xe0]],
  ["a PDF", [0x25, 0x50, 0x44, 0x46]],
  ["a Parquet file", [0x50, 0x41, 0x52, 0x31]],
  ["a gzip file", [0x1f, 0x8b]],
]

const binaryName = (head: Uint8Array, isMarked: boolean): string | undefined => {
  const magic = magics.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))
  if (magic !== undefined) return magic[0]
  const hasZero = !isMarked && head.subarray(0, 4096).includes(0)
  return hasZero && looksLikeUtf16(head) === undefined ? "a binary file" : undefined
}

const isBinary = (what: string): ImportError =>
  new ImportError({
    reason: "Binary",
    message: `This is ${what}, not text. In a spreadsheet, choose "Save as", ` +
      `then "CSV UTF-8", and import that file.`,
  })

const findEncoding = (
  source: Source,
  given: Encoding | undefined,
  head: Uint8Array,
): Effect.Effect<readonly [Encoding, EncodingEvidence], ImportError> =>
  Effect.gen(function* () {
    if (given !== undefined) return [given, "given"] as const
    const mark = markOf(head)
    if (mark !== undefined) return [mark.encoding, "mark"] as const
    const wide = looksLikeUtf16(head)
    if (wide !== undefined) return [wide, "content"] as const
    const evidence = new Utf8Evidence()
    for (let offset = 0; offset < source.size; offset += blockSize) {
      evidence.add(yield* source.read(offset, Math.min(blockSize, source.size - offset)))
    }
    return evidence.end()
  })

type Base = Pick<Layout, "encoding" | "encodingFrom" | "start" | "line">

const delimiters: ReadonlyArray<Delimiter> = [",", ";", "\t", "|"]

const isDelimiter = (text: string | undefined): text is Delimiter =>
  delimiters.some((delimiter) => delimiter === text)

interface Candidate {
  readonly delimiter: Delimiter
  readonly width: number
  readonly share: number
}

const tryDelimiter = (text: BlockText, isLast: boolean, delimiter: Delimiter): Candidate => {
  const scanner = new CsvScanner(text.units, 0, 1, isLast, delimiter.charCodeAt(0))
  const widths: Array<number> = []
  while (widths.length < sampleRows && scanner.advance()) {
    if (!scanner.isBlank) widths.push(scanner.cells)
  }
  const [width = 1] = widths
  const share = widths.filter((other) => other === width).length / Math.max(1, widths.length)
  return { delimiter, width, share }
}

const findDelimiter = (
  text: BlockText,
  isLast: boolean,
): { readonly delimiter: Delimiter; readonly delimiterFrom: EncodingEvidence } => {
  const fitting = delimiters.map((delimiter) => tryDelimiter(text, isLast, delimiter))
    .filter(({ width }) => width > 1)
    .sort((a, b) => b.share - a.share || b.width - a.width)
  const [best] = fitting
  if (best === undefined) return { delimiter: ",", delimiterFrom: "content" }
  return { delimiter: best.delimiter, delimiterFrom: best.share === 1 ? "content" : "guess" }
}

const csvLayout = (
  base: Base,
  head: Uint8Array,
  isWhole: boolean,
  options: CsvOptions,
): Effect.Effect<Layout, ImportError> =>
  Effect.suspend(() => {
    const { encoding } = base
    const sep = sepLine(new BlockText(head.subarray(0, 32), encoding))
    const skipped = sep === undefined ? 0 : sep.length * unitSize(encoding)
    const sample = head.subarray(skipped)
    const text = new BlockText(sample, encoding)
    const found = options.delimiter !== undefined
      ? { delimiter: options.delimiter, delimiterFrom: "given" as const }
      : sep !== undefined
      ? { delimiter: sep.delimiter, delimiterFrom: "mark" as const }
      : findDelimiter(text, isWhole)
    const start = base.start + skipped
    const line = sep === undefined ? 1 : 2
    const layout = { ...base, ...found, format: "csv" as const, start, line }
    if (options.header !== undefined) return checkHeader(options.header, { ...layout })
    const reader = readBlock(layout, new Columns([]), sample, line, isWhole)
    if (!reader.advance()) {
      return Effect.fail(
        reader.openQuote !== undefined
          ? unclosedQuote(reader.openQuote)
          : sample.length < maxRecord && isWhole
          ? isEmpty()
          : recordTooLong(line),
      )
    }
    const { cells, problem } = reader.read()
    if (problem !== undefined) return Effect.fail(badHeader(problem.problem, reader.line))
    return checkHeader(cells.map(String), {
      ...layout,
      start: start + reader.next,
      line: reader.nextLine,
    })
  })

const sepPattern = /^sep=([,;\t|])\r?\n/i

const sepLine = (
  text: BlockText,
): { readonly delimiter: Delimiter; readonly length: number } | undefined => {
  const match = sepPattern.exec(text.text(0, text.units.length, 0) ?? "")
  const [whole = "", delimiter] = match ?? []
  return isDelimiter(delimiter) ? { delimiter, length: whole.length } : undefined
}

const badHeader = (problem: string, line: number): ImportError =>
  new ImportError({ reason: "Header", message: `The header can't be used: ${problem}.`, line })

const checkHeader = (
  header: ReadonlyArray<string>,
  layout: Omit<Layout, "columns">,
): Effect.Effect<Layout, ImportError> => {
  const columns = header.map((name) => name.trim())
  const twice = columns.find((name, at) => name !== "" && columns.indexOf(name) !== at)
  if (twice !== undefined) {
    return Effect.fail(
      new ImportError({
        reason: "Header",
        message: `Two columns have the name ${shownName(twice)}. Give them different names.`,
        line: 1,
        columns: [shownName(twice)],
      }),
    )
  }
  if (columns.every((name) => name === "")) {
    return Effect.fail(badHeader("no column has a name", 1))
  }
  return Effect.succeed({ ...layout, columns })
}

/**
 * The name of a column for a message. A file without a header has a person's data in its place, so
 * what looks like an address or a number isn't shown.
 */
export const shownName = (name: string): string =>
  /@|\d{4}/.test(name) ? "(a value, not a name: has the file a header?)" : `"${name.slice(0, 60)}"`

const ndjsonLayout = (
  base: Base,
  head: Uint8Array,
  isWhole: boolean,
): Effect.Effect<Layout, ImportError> =>
  Effect.suspend(() => {
    const layout = { ...base, format: "ndjson" as const, delimiter: "," as const }
    const columns = new Columns([])
    const reader = readBlock(layout, columns, head, 1, isWhole)
    let rows = 0
    while (rows < sampleRows && reader.advance()) {
      reader.read()
      rows++
    }
    if (rows === 0) return Effect.fail(isWhole ? isEmpty() : recordTooLong(1))
    return Effect.succeed({ ...layout, delimiterFrom: "given" as const, columns: columns.names })
  })

/** The rows of a file, in its order. `layout` is what {@link inspect} found. */
export const stream = (source: Source, layout: Layout): Stream.Stream<Row, ImportError> =>
  Stream.paginate(
    new BlockCursor(source, layout, new Columns(layout.columns)),
    (cursor) =>
      Effect.map(
        cursor.next,
        (block) =>
          block === undefined ? [[], Option.none()] as const : [rowsOf(block), Option.some(cursor)],
      ),
  )

const rowsOf = ({ reader }: Block): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  while (reader.advance()) rows.push({ line: reader.line, ...reader.read() })
  return rows
}
