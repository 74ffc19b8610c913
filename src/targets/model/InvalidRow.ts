/**
 * The error of a row that doesn't fit a model.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Schema from "effect/Schema"

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

const InvalidRowBase: Schema.Class<
  InvalidRow,
  Schema.TaggedStruct<"InvalidRow", InvalidRowFields>,
  Cause.YieldableError
> = Schema.TaggedError<InvalidRow>()("InvalidRow", { problems: Schema.Array(Problem) })

/**
 * A row of a file that doesn't fit a model: `problems` has one for each of its columns that is wrong,
 * in the row's order, and no cell. Nothing was sent.
 */
export class InvalidRow extends InvalidRowBase {
  /** All problems in one line, without the cells. */
  override readonly message: string = describeRow(this.problems)

  /** What to do about it, as the errors of calls say it: correct the row. */
  get remedy(): "fix" {
    return "fix"
  }
}

const describeRow = (problems: ReadonlyArray<RowProblem>): string => {
  const count = `${problems.length} ${problems.length === 1 ? "column" : "columns"} can't be used.`
  const all = problems.map(({ column, problem }) => `${column}: ${problem}`).join("; ")
  return `${count} ${all}${all.endsWith("?") ? "" : "."}`
}
