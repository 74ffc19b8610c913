/**
 * One field of a model at work: its schema, run both ways, without a value in what it refuses.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { FieldValue } from "../../data/Field.ts"
import type { Field } from "./Shape.ts"
import { firstProblem } from "../../data/problem.ts"
import { scrub } from "../../http/scrub.ts"
import { holdsLoneSurrogate } from "../../data/text.ts"

/** A converted value, or what is wrong with it in words that can be shown. */
export type Converted<A> = Result.Result<A, string>

/** A named field. */
export interface Column {
  /** Its name in the model. */
  readonly name: string
  /** Its id in the account. */
  readonly id: number
  /** From what NP6 sends. */
  readonly decode: (value: FieldValue) => Converted<unknown>
  /** To what NP6 takes. */
  readonly encode: (value: unknown) => Converted<FieldValue>
}

const refused = "its schema refuses it"

// What a schema says of a value may hold the value, or a part of it.
const withoutValue = (problem: string, value: unknown): string => {
  // The word is the schema's own, and says nothing of a person.
  if (value === null) return problem
  try {
    // JSON has no text for a function, and then no text is returned.
    return scrub(problem, [String(value), String(JSON.stringify(value))]) || refused
  } catch {
    // It can't be written as text, so nobody knows which words to look for.
    return refused
  }
}

const converter =
  <A>(convert: (value: unknown) => Result.Result<A, Schema.SchemaError>) =>
  (value: unknown): Converted<A> => {
    try {
      return Result.mapError(
        convert(value),
        (error) => withoutValue(firstProblem(error.issue).problem, value),
      )
    } catch {
      // A reply that was fetched, or one item of a million, isn't lost to a mistake in a schema.
      return Result.fail("its schema threw, or isn't synchronous")
    }
  }

const checkFieldValue = converter(Schema.decodeUnknownResult(FieldValue))

const checkText = (value: FieldValue): Converted<FieldValue> =>
  holdsLoneSurrogate(value)
    ? Result.fail("it holds half a character (a lone surrogate)")
    : Result.succeed(value)

/** Puts a field to work under its name. */
export const makeColumn = (name: string, { id, schema }: Field<unknown>): Column => {
  const encode = converter(Schema.encodeUnknownResult(schema))
  return {
    name,
    id,
    decode: converter(Schema.decodeUnknownResult(schema)),
    encode: (value) =>
      value === undefined
        ? Result.fail("it is undefined: leave the name out to keep the field")
        : encode(value).pipe(Result.flatMap(checkFieldValue), Result.flatMap(checkText)),
  }
}
