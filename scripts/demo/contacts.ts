/**
 * Reads a CSV of contacts: what each column holds, and what is wrong with a line that can't be read.
 *
 * @module
 */
import type { FieldValue, FieldValues } from "../../mod.ts"
import { Data, Effect, Option, Result, Schema, SchemaTransformation, Stream } from "effect"
import { Csv } from "effect/encoding"
import { field } from "./account.ts"

/** A contact of the file. */
export interface Contact {
  /** Where it is in the file; the header is line 1. */
  readonly line: number
  /** Its unicity. */
  readonly address: string
  /** What to write, by field id; an empty cell is left out. */
  readonly values: FieldValues
}

/** A line that isn't a contact. `problem` says why, without repeating what the line says. */
export interface BadLine {
  readonly line: number
  readonly problem: string
}

/** All lines of a file but the header, each in one of the two. */
export interface ContactFile {
  readonly contacts: ReadonlyArray<Contact>
  readonly badLines: ReadonlyArray<BadLine>
}

/** The file isn't a CSV with the columns of a contact. */
export class NotContacts extends Data.TaggedError("NotContacts")<{ readonly message: string }> {}

interface Column {
  readonly name: string
  readonly field: number
  /** From the text of a cell to the value of the field. */
  readonly cell: Schema.Decoder<FieldValue>
  /** What a cell holds, for whoever has to correct the file. */
  readonly holds: string
}

const Email = Schema.String.check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/))

// NP6 takes dates in several forms; this is the one nobody can misread.
const Day = Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/)).pipe(
  Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transform({
      decode: (day) => `${day}T00:00:00Z`,
      encode: (instant) => instant.slice(0, 10),
    }),
  ),
)

const Interest = Schema.String.check(Schema.isPattern(/^(Books|Cinema|Music|Sport)$/))
const Interests = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(Interest),
    SchemaTransformation.transform<ReadonlyArray<string>, string>({
      decode: (cell) => cell.split(", "),
      encode: (labels) => labels.join(", "),
    }),
  ),
)

const columns: ReadonlyArray<Column> = [
  {
    name: "Civility",
    field: field.civility,
    cell: Schema.Literals(["Mr", "Mrs"]),
    holds: "Mr or Mrs",
  },
  { name: "Last name", field: field.lastName, cell: Schema.String, holds: "a text" },
  { name: "E-mail", field: field.email, cell: Email, holds: "an e-mail address" },
  { name: "Phone", field: field.phone, cell: Schema.String, holds: "a text" },
  { name: "Birthday", field: field.birthday, cell: Day, holds: "a day, as in 1979-05-28" },
  { name: "Orders", field: field.orders, cell: Schema.FiniteFromString, holds: "a number" },
  {
    name: "Interests",
    field: field.interests,
    cell: Interests,
    holds: "labels of the value list, with a comma and a space between them",
  },
]

const header = columns.map((column) => column.name)

const decoders = columns.map((column) => ({
  ...column,
  decode: Schema.decodeUnknownOption(column.cell),
}))

interface Line {
  readonly line: number
  readonly cells: Csv.Row
}

const readValues = (cells: Csv.Row): Result.Result<FieldValues, string> => {
  if (cells.join("") === "") return Result.fail("an empty line")
  if (cells.length !== columns.length) {
    return Result.fail(`${cells.length} cells, where the header has ${columns.length}`)
  }
  const values: Record<number, FieldValue> = {}
  for (const [index, column] of decoders.entries()) {
    const cell = cells[index]
    // An empty cell says nothing about the contact, so nothing is written: `null` would clear
    // what the field holds.
    if (cell === undefined || cell === "") continue
    const value = column.decode(cell)
    if (Option.isNone(value)) return Result.fail(`"${column.name}" isn't ${column.holds}`)
    values[column.field] = value.value
  }
  return Result.succeed(values)
}

const readContact = ({ line, cells }: Line): Result.Result<Contact, BadLine> => {
  const values = readValues(cells)
  if (Result.isFailure(values)) return Result.fail({ line, problem: values.failure })
  const address = values.success[field.email]
  return typeof address === "string"
    ? Result.succeed({ line, address, values: values.success })
    : Result.fail({ line, problem: "no e-mail address" })
}

const lineBreaks = (cells: Csv.Row): number => cells.join("").split("\n").length - 1

/**
 * Reads the text of a CSV file. Lines that aren't contacts don't stop it; a header with other columns
 * does, and so does a quote that never closes.
 */
export const readContacts = Effect.fnUntraced(function* (
  csv: string,
): Effect.fn.Return<ContactFile, Csv.CsvError | NotContacts> {
  const [first, ...lines] = yield* Stream.make(csv).pipe(
    Stream.pipeThroughChannel(Csv.decodeString()),
    // A quoted cell may hold line breaks, so lines are counted, not records.
    Stream.mapAccum(() => 1, (line, cells: Csv.Row) => {
      const next = line + 1 + lineBreaks(cells)
      return [next, [{ line, cells }]]
    }),
    Stream.runCollect,
  )
  if (first?.cells.join() !== header.join()) {
    return yield* new NotContacts({ message: `The columns aren't ${header.join(", ")}.` })
  }
  const read = lines.map(readContact)
  return {
    contacts: read.filter(Result.isSuccess).map((contact) => contact.success),
    badLines: read.filter(Result.isFailure).map((bad) => bad.failure),
  }
})
