/**
 * The error of a row that doesn't fit a model.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import type { ErrorClass } from "../../client/Errors.ts"

/** What is wrong with one cell of a row. */
export interface RowProblem {
  /**
   * The column's header as the file has it. For a column that the model doesn't know it is the place,
   * `"column 3"`: in a file without headers, a header is a person's value.
   */
  readonly column: string
  /** What is wrong with the cell, without repeating it. */
  readonly problem: string
}

/** The fields of {@link InvalidRow}, as schemas. */
export type InvalidRowFields = {
  readonly problems: Schema.$Array<Schema.Codec<RowProblem>>
}

const Problem: Schema.Codec<RowProblem> = Schema.Struct({
  column: Schema.String,
  problem: Schema.String,
})

const InvalidRowBase: ErrorClass<InvalidRow, "InvalidRow", InvalidRowFields> = Schema.TaggedError<
  InvalidRow
>()("InvalidRow", { problems: Schema.Array(Problem) })

/**
 * A row of a file that doesn't fit a model: `problems` has one for each of its columns that is wrong,
 * in the row's order. No cell is in it. Nothing was sent: correct the row.
 */
export class InvalidRow extends InvalidRowBase {
  /** All problems in one line, without the cells. */
  override get message(): string {
    const count = this.problems.length
    return `${count} ${count === 1 ? "column" : "columns"} can't be used. ${
      this.problems.map(({ column, problem }) => `${column}: ${problem}`).join("; ")
    }.`
  }
}
