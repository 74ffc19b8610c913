/**
 * What stops an import before or between its rows. What a row meets is a reject, never an error.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"

/**
 * Why an import can't begin or go on:
 *
 * - the file: `NoSuchFile`, `NotAFile`, `Unreadable` (rights, or a broken disk or network), `Empty`,
 *   `Binary` (a spreadsheet, a PDF, …), `Compressed` (gzip where there is no directory to unpack it
 *   in), `Truncated`, `TooLarge`
 * - its rows: `Header` (no header, a name given twice), `UnclosedQuote`, `RecordTooLong`
 * - its columns: `UnknownColumns`, `NoUnicity`, `Columns` (anything else between columns and fields)
 * - what was asked for: `BadOptions`, `NoSuchImport`, `Running` (it must be complete or paused first),
 *   `Mismatch` (the import with this id has another source or another operation)
 * - the store: `Store` (it can't be opened), `StoreVersion` (a newer version of this library wrote it)
 */
export type ImportReason =
  | "NoSuchFile"
  | "NotAFile"
  | "Unreadable"
  | "Empty"
  | "Binary"
  | "Compressed"
  | "Truncated"
  | "TooLarge"
  | "Header"
  | "UnclosedQuote"
  | "RecordTooLong"
  | "UnknownColumns"
  | "NoUnicity"
  | "Columns"
  | "BadOptions"
  | "NoSuchImport"
  | "Running"
  | "Mismatch"
  | "Store"
  | "StoreVersion"

type Fields = {
  readonly reason: Schema.Literals<ReadonlyArray<ImportReason>>
  readonly message: Schema.String
  readonly line: Schema.optionalKey<Schema.Int>
  readonly columns: Schema.optionalKey<Schema.$Array<Schema.String>>
}

const reasons: ReadonlyArray<ImportReason> = [
  "NoSuchFile",
  "NotAFile",
  "Unreadable",
  "Empty",
  "Binary",
  "Compressed",
  "Truncated",
  "TooLarge",
  "Header",
  "UnclosedQuote",
  "RecordTooLong",
  "UnknownColumns",
  "NoUnicity",
  "Columns",
  "BadOptions",
  "NoSuchImport",
  "Running",
  "Mismatch",
  "Store",
  "StoreVersion",
]

const ImportErrorBase: Schema.Class<
  ImportError,
  Schema.TaggedStruct<"ImportError", Fields>,
  Cause.YieldableError
> = Schema.TaggedError<ImportError>()("ImportError", {
  reason: Schema.Literals(reasons),
  message: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  columns: Schema.optionalKey(Schema.Array(Schema.String)),
})

/**
 * An import can't begin or go on. `message` says what is wrong and what to do; it holds no value of
 * the file. `line` is where in the file, `columns` which columns, where that makes sense.
 */
export class ImportError extends ImportErrorBase {}
