/**
 * From the rows of a file to contacts that can be sent: which column is which field, and each cell
 * as the value that the field takes. Pure: no network, no file.
 *
 * Columns are matched to fields by name, letter case, accents and spaces aside, or by the field's id.
 * A column without a field stops the import before anything is sent. A cell that a field can't take is
 * a problem of its row, which names the column and never repeats the cell.
 *
 * @example
 * ```ts
 * import { Mapping } from "@effect-np6/targets/import"
 * import { Result } from "effect"
 *
 * const account = {
 *   fields: [
 *     { type: "email", id: 8103, name: "Email", isUnicity: true, isMandatory: true },
 *     { type: "date", id: 8105, name: "Né le", isUnicity: false, isMandatory: false },
 *   ],
 *   valueLists: [],
 * }
 * const mapper = Mapping.byFieldName(account, ["email", "ne le"], { dates: "dmy" })
 * Result.getOrThrow(mapper).map(["a@b.c", "25/11/1980"])
 * // { unicity: ["a@b.c"], values: { 8103: "a@b.c", 8105: "1980-11-25T00:00:00Z" } }
 * ```
 *
 * @module
 */
import * as Result from "effect/Result"
import type { AccountField } from "../data/AccountField.ts"
import type { FieldValue, FieldValues } from "../data/Field.ts"
import { foldName } from "../data/name.ts"
import { suggest } from "../data/suggest.ts"
import { hasControl, hasLoneSurrogate } from "../data/text.ts"
import type { ValueList } from "../data/ValueList.ts"
import { type FieldReader, fieldReader, type ReadOptions } from "./FieldReader.ts"
import type { CellValue } from "./Reader.ts"

export type { ReadOptions } from "./FieldReader.ts"

/** A contact as it is sent. */
export interface Contact {
  /** The values that tell it from all others, in the account's order. */
  readonly unicity: ReadonlyArray<string>
  /** All values by field id, those of the unicity among them. */
  readonly values: FieldValues
}

/** Why a cell, or a row, is no part of a contact. Holds no value of the file. */
export interface CellProblem {
  /** The column's name; `undefined` when it is about the whole row. */
  readonly column: string | undefined
  readonly problem: string
  /** What may be meant. It is close to the cell, so it isn't kept anywhere. */
  readonly suggestion?: string | undefined
}

/** What the fields of an account are: what `Account` reads. */
export interface AccountShape {
  readonly fields: ReadonlyArray<AccountField>
  /** A list field whose value list isn't among these takes any text, and NP6 decides. */
  readonly valueLists: ReadonlyArray<ValueList>
}

/** A column that is left out: `columns: { "Internal id": Mapping.ignore }`. */
export const ignore: unique symbol = Symbol.for("@effect-np6/targets/import/ignore")

/** How columns become fields. */
export interface ByNameOptions extends ReadOptions {
  /** Columns whose name isn't that of their field: its name or its id, or {@link ignore}. */
  readonly columns?: Readonly<Record<string, string | number | typeof ignore>> | undefined
  /** What becomes of columns without a field. Default: `"fail"`. */
  readonly unknown?: "fail" | "ignore" | undefined
  /** `"unicity"`: all other columns are left out, as deleting a contact needs no more. */
  readonly only?: "unicity" | undefined
}

/** Why columns and fields don't fit. */
export type MappingProblem =
  | {
    readonly _tag: "UnknownColumns"
    readonly columns: ReadonlyArray<{
      readonly name: string
      readonly suggestion: string | undefined
    }>
    /** The names of the account's fields. */
    readonly fields: ReadonlyArray<string>
  }
  | { readonly _tag: "NoUnicity"; readonly fields: ReadonlyArray<string> }
  | {
    readonly _tag: "AmbiguousColumn"
    readonly column: string
    readonly fields: ReadonlyArray<string>
  }
  | { readonly _tag: "FieldTwice"; readonly field: string; readonly columns: ReadonlyArray<string> }
  | {
    readonly _tag: "NoSuchField"
    readonly column: string
    readonly field: string
    readonly suggestion: string | undefined
  }

/** What a column becomes. */
export interface MappedColumn {
  readonly column: string
  /** `undefined` for a column that is left out. */
  readonly field: AccountField | undefined
}

/** A row that can be sent, without the contact being made. */
export interface CheckedRow {
  readonly unicity: ReadonlyArray<string>
  /** Text that is the same for two rows that send the same values, and for no others. */
  readonly content: () => string
}

/** Makes contacts of the rows of one file. */
export interface Mapper {
  /** The columns as they were understood. */
  readonly columns: ReadonlyArray<MappedColumn>
  /** The contact of a row, or what is wrong with its cells: one problem a cell. */
  readonly map: (
    cells: ReadonlyArray<CellValue>,
  ) => Result.Result<Contact, ReadonlyArray<CellProblem>>
  /** As `map`, for less: a plan needs no values. */
  readonly check: (
    cells: ReadonlyArray<CellValue>,
  ) => Result.Result<CheckedRow, ReadonlyArray<CellProblem>>
  /** Columns that came later, as in NDJSON. Those that are known already change nothing. */
  readonly extend: (columns: ReadonlyArray<string>) => Result.Result<Mapper, MappingProblem>
}

const namesOf = (fields: ReadonlyArray<AccountField>): ReadonlyArray<string> =>
  fields.map(({ name }) => name)

/** Finds the field that a column names: by id, by its very name, or by its folded name. */
const findFields = (
  fields: ReadonlyArray<AccountField>,
  name: string | number,
): ReadonlyArray<AccountField> => {
  const byId = fields.filter(({ id }) => String(id) === String(name))
  if (byId.length > 0 || typeof name === "number") return byId
  const exact = fields.filter((field) => field.name === name)
  if (exact.length > 0) return exact
  const folded = foldName(name)
  return fields.filter((field) => foldName(field.name) === folded)
}

type Found = Result.Result<AccountField | typeof ignore | undefined, MappingProblem>

const findColumn = (
  { fields }: AccountShape,
  column: string,
  options: ByNameOptions,
): Found => {
  if (column === "") return Result.succeed(ignore)
  const given = Object.hasOwn(options.columns ?? {}, column) ? options.columns?.[column] : undefined
  if (given === ignore) return Result.succeed(ignore)
  const found = findFields(fields, given ?? column)
  const [field] = found
  if (found.length > 1) {
    return Result.fail({ _tag: "AmbiguousColumn", column, fields: found.map(({ id }) => `${id}`) })
  }
  if (field !== undefined) return Result.succeed(field)
  if (given === undefined) {
    return Result.succeed(options.unknown === "ignore" ? ignore : undefined)
  }
  const suggestion = suggest(String(given), namesOf(fields))
  return Result.fail({ _tag: "NoSuchField", column, field: String(given), suggestion })
}

/**
 * Matches the columns of a file to the fields of an account.
 *
 * @see {@link ByNameOptions}
 */
export const byFieldName = (
  account: AccountShape,
  columns: ReadonlyArray<string>,
  options: ByNameOptions = {},
): Result.Result<Mapper, MappingProblem> =>
  Result.gen(function* () {
    const mapped: Array<MappedColumn> = []
    const unknown: Array<string> = []
    for (const column of columns) {
      const found = yield* findColumn(account, column, options)
      const isLeft = options.only === "unicity" &&
        (found === undefined || found !== ignore && !found.isUnicity)
      const field = isLeft ? ignore : found
      if (field === undefined) unknown.push(column)
      mapped.push({ column, field: field === ignore ? undefined : field })
    }
    if (unknown.length > 0) return yield* Result.fail(unknownColumns(account, unknown))
    yield* checkTwice(mapped)
    return yield* makeMapper(account, mapped, options)
  })

const unknownColumns = (
  { fields }: AccountShape,
  columns: ReadonlyArray<string>,
): MappingProblem => ({
  _tag: "UnknownColumns",
  columns: columns.map((name) => ({ name, suggestion: suggest(name, namesOf(fields)) })),
  fields: namesOf(fields),
})

const checkTwice = (mapped: ReadonlyArray<MappedColumn>): Result.Result<void, MappingProblem> => {
  const columnOf = new Map<number, string>()
  for (const { column, field } of mapped) {
    if (field === undefined) continue
    const other = columnOf.get(field.id)
    if (other !== undefined) {
      return Result.fail({ _tag: "FieldTwice", field: field.name, columns: [other, column] })
    }
    columnOf.set(field.id, column)
  }
  return Result.void
}

/** A column that has a field. */
interface Reader {
  readonly index: number
  readonly column: string
  readonly id: number
  readonly read: FieldReader
}

const makeMapper = (
  account: AccountShape,
  columns: ReadonlyArray<MappedColumn>,
  options: ByNameOptions,
): Result.Result<Mapper, MappingProblem> => {
  const { fields, valueLists } = account
  const unicity = fields.filter(({ isUnicity }) => isUnicity)
  const readers: Array<Reader> = []
  for (const [index, { column, field }] of columns.entries()) {
    if (field === undefined) continue
    readers.push({ index, column, id: field.id, read: fieldReader(field, valueLists, options) })
  }
  const keys = unicity.map(({ id }) => readers.findIndex((reader) => reader.id === id))
  if (unicity.length === 0 || keys.includes(-1)) {
    return Result.fail({ _tag: "NoUnicity", fields: namesOf(unicity) })
  }
  const nameless = columns.flatMap(({ column }, index) => column === "" ? [index] : [])
  return Result.succeed({
    columns,
    map: (cells) =>
      Result.map(
        readCells(cells, readers, keys, nameless),
        (values) => contactOf(values, readers, keys),
      ),
    check: (cells) =>
      Result.map(readCells(cells, readers, keys, nameless), (values) => ({
        unicity: keys.map((at) => String(values[at])),
        // What is sent, as text that is the same for the same values.
        content: () => JSON.stringify([readers.map(({ id }) => id), values]),
      })),
    extend: (names) =>
      names.length <= columns.length
        ? makeMapper(account, columns, options)
        : byFieldName(account, names, options),
  })
}

const isNameless: CellProblem = {
  column: undefined,
  problem: "it has text in a column without a name",
}

/** The values of a row, in the order of the readers; `undefined` where a field is kept. */
type Values = ReadonlyArray<FieldValue | undefined>

const readCells = (
  cells: ReadonlyArray<CellValue>,
  readers: ReadonlyArray<Reader>,
  keys: ReadonlyArray<number>,
  nameless: ReadonlyArray<number>,
): Result.Result<Values, ReadonlyArray<CellProblem>> => {
  let problems: Array<CellProblem> | undefined
  const values = new Array<FieldValue | undefined>(readers.length)
  for (let at = 0; at < readers.length; at++) {
    const reader = readers[at]
    if (reader === undefined) continue
    const reading = reader.read(cells[reader.index])
    if (reading._tag === "Value") values[at] = reading.value
    else if (reading._tag === "Problem") {
      const { problem, suggestion } = reading
      ;(problems ??= []).push({ column: reader.column, problem, suggestion })
    }
  }
  for (const index of nameless) {
    if (cells[index] !== undefined && cells[index] !== "") (problems ??= []).push(isNameless)
  }
  for (const at of keys) {
    const problem = unicityProblem(values[at])
    const column = readers[at]?.column
    if (problem !== undefined && problems?.some((known) => known.column === column) !== true) {
      ;(problems ??= []).push({ column, problem })
    }
  }
  return problems === undefined ? Result.succeed(values) : Result.fail(problems)
}

const contactOf = (
  values: Values,
  readers: ReadonlyArray<Reader>,
  keys: ReadonlyArray<number>,
): Contact => {
  const byId: { [fieldId: number]: FieldValue } = {}
  for (const [at, { id }] of readers.entries()) {
    const value = values[at]
    if (value !== undefined) byId[id] = value
  }
  return { unicity: keys.map((at) => String(values[at])), values: byId }
}

const maxUnicity = 1024

const unicityProblem = (value: FieldValue | undefined): string | undefined => {
  if (value === undefined || value === null) return "it is empty, and it tells contacts apart"
  const text = String(value)
  if (text.length > maxUnicity) return `it is longer than ${maxUnicity} characters`
  return hasControl(text) || hasLoneSurrogate(text) ? "it holds a control character" : undefined
}

/** The cells of a row by the names of their columns, for a function of yours. */
export type NamedCells = Readonly<Record<string, CellValue>>

/** What a function of yours makes of a row: a contact, or why the row is none. */
export type Mapped = Contact | Result.Result<Contact, string>

const threw: ReadonlyArray<CellProblem> = [{
  column: undefined,
  problem: "the function that maps it threw an error",
}]

const noContact: ReadonlyArray<CellProblem> = [{
  column: undefined,
  problem: "the function that maps it gave no contact with a unicity and values",
}]

/** Makes contacts with a function of yours. What it throws is a problem of the row. */
export const byFunction = (
  map: (row: NamedCells) => Mapped,
  columns: ReadonlyArray<string>,
): Mapper => {
  const mapRow: Mapper["map"] = (cells) => {
    try {
      return checkContact(
        map(Object.fromEntries(columns.map((name, index) => [name, cells[index]]))),
      )
    } catch {
      return Result.fail(threw)
    }
  }
  return {
    columns: columns.map((column) => ({ column, field: undefined })),
    map: mapRow,
    check: (cells) =>
      Result.map(mapRow(cells), ({ unicity, values }) => ({
        unicity,
        content: () => JSON.stringify(values),
      })),
    extend: (more) => Result.succeed(byFunction(map, more)),
  }
}

const checkContact = (mapped: Mapped): Result.Result<Contact, ReadonlyArray<CellProblem>> => {
  const result = Result.isResult(mapped) ? mapped : Result.succeed(mapped)
  if (Result.isFailure(result)) {
    return Result.fail([{ column: undefined, problem: String(result.failure) }])
  }
  const { unicity, values } = result.success
  if (!Array.isArray(unicity) || unicity.length === 0 || typeof values !== "object") {
    return Result.fail(noContact)
  }
  const problem = unicity.map((value) => value === "" ? "it is empty" : unicityProblem(value))
    .find((problem) => problem !== undefined)
  return problem === undefined
    ? Result.succeed({ unicity, values })
    : Result.fail([{ column: undefined, problem: `its unicity can't be sent: ${problem}` }])
}
