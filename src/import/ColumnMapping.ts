/**
 * How the columns of an import become contacts, found out once it is known which columns there are.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Account } from "../account/Account.ts"
import type { CommonFailure } from "../client/Errors.ts"
import { ImportError } from "./ImportError.ts"
import * as Mapping from "./Mapping.ts"
import { shownName } from "./Rows.ts"

/** Makes the mapper of a file from its columns. */
export type MakeMapper = (
  columns: ReadonlyArray<string>,
  needsUnicityAlone: boolean,
) => Result.Result<Mapping.Mapper, ImportError>

/** How the columns of a file become contacts. */
export interface ColumnMapping<E = never, R = never> {
  /** Tells a changed mapping from the same one. A function can't be told from another. */
  readonly description: string
  /** Reads what the mapping depends on, once a run. */
  readonly load: Effect.Effect<MakeMapper, E, R>
}

/** Reads what the columns of a file can become. */
export const readShape: Effect.Effect<Mapping.AccountShape, CommonFailure, Account> = Effect
  .flatMap(Account, ({ fields, valueLists }) => Effect.all({ fields, valueLists }))

/** Columns are the account's fields, by name or id. Reads the account once a run. */
export const byFieldName = (
  options: Mapping.ByNameOptions = {},
): ColumnMapping<CommonFailure, Account> => ({
  description: `byFieldName ${
    JSON.stringify(options, (_, value) => typeof value === "symbol" ? "ignored" : value)
  }`,
  load: Effect.map(readShape, (shape) => (columns, needsUnicityAlone) =>
    Result.mapError(
      Mapping.byFieldName(shape, columns, {
        ...options,
        ...needsUnicityAlone ? { only: "unicity" as const } : {},
      }),
      mappingError,
    )),
})

/** A function makes the contact of a row, or says why it is none. */
export const byFunction = (map: (row: Mapping.NamedCells) => Mapping.Mapped): ColumnMapping => ({
  description: "function",
  load: Effect.succeed((columns) => Result.succeed(Mapping.byFunction(map, columns))),
})

const listed = (names: ReadonlyArray<string>): string => names.map(shownName).join(", ")

/** Why columns and fields don't fit, as an error that says what to do. */
export const mappingError = (problem: Mapping.MappingProblem): ImportError => {
  switch (problem._tag) {
    case "UnknownColumns": {
      const columns = problem.columns.map(({ name, suggestion }) =>
        suggestion === undefined ? shownName(name) : `${shownName(name)} (is it "${suggestion}"?)`
      )
      return new ImportError({
        reason: "UnknownColumns",
        message:
          `The account has no field for the columns ${columns.join(", ")}. Say which field each ` +
          `is, or leave it out. The account has: ${problem.fields.join(", ")}.`,
        columns: problem.columns.map(({ name }) => shownName(name)),
      })
    }
    case "NoUnicity":
      return new ImportError({
        reason: "NoUnicity",
        message: problem.fields.length === 0
          ? "The account has no unicity: no field tells its contacts apart."
          : `A column is missing that tells contacts apart: ${problem.fields.join(", ")}.`,
      })
    case "AmbiguousColumn":
      return columnsError(
        `The column ${shownName(problem.column)} may be any of the fields ${
          problem.fields.join(", ")
        }. Say which one, by its id.`,
      )
    case "FieldTwice":
      return columnsError(
        `The columns ${
          listed(problem.columns)
        } are the same field, "${problem.field}". Leave one out.`,
      )
    case "NoSuchField":
      return columnsError(
        `The column ${
          shownName(problem.column)
        } is to be the field "${problem.field}", which the ` +
          `account doesn't have.${
            problem.suggestion === undefined ? "" : ` Is it "${problem.suggestion}"?`
          }`,
      )
  }
}

const columnsError = (message: string): ImportError =>
  new ImportError({ reason: "Columns", message })
