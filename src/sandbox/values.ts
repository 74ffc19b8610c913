import * as Result from "effect/Result"
import { parseInstant } from "../data/instant.ts"
import type { FieldOfAccount } from "./account.ts"
import type { SeedConstraint, SeedFieldType, SeedValue } from "./Seed.ts"

/** A value that is set. */
export type FieldContent = Exclude<SeedValue, null>

type Check = (value: unknown, field: FieldOfAccount) => Result.Result<FieldContent, string>

const comparisons: {
  readonly [operator in SeedConstraint["operator"]]: {
    readonly words: string
    readonly holds: (value: number, bound: number) => boolean
  }
} = {
  0: { words: "", holds: () => true },
  1: { words: "more than", holds: (value, bound) => value > bound },
  2: { words: "less than", holds: (value, bound) => value < bound },
  3: { words: "at least", holds: (value, bound) => value >= bound },
  4: { words: "at most", holds: (value, bound) => value <= bound },
  5: { words: "exactly", holds: (value, bound) => value === bound },
}

/** Holds what was measured of a value to the field's constraint. */
const constrained = (
  value: FieldContent,
  field: FieldOfAccount,
  measure: number,
  unit = "",
  read: (bound: string) => number = Number,
): Result.Result<FieldContent, string> => {
  if (field.constraint === undefined) return Result.succeed(value)
  const { holds, words } = comparisons[field.constraint.operator]
  return holds(measure, read(field.constraint.value))
    ? Result.succeed(value)
    : Result.fail(`${words} ${field.constraint.value}${unit}`)
}

const text =
  (expected: string, accepts: (value: string) => boolean = () => true): Check => (value, field) =>
    typeof value !== "string" || !accepts(value)
      ? Result.fail(expected)
      : constrained(value, field, value.length, " characters")

const isoDate = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/
const frenchDate = /^(\d{2})\/(\d{2})\/(\d{4})$/

/** Both forms are in the vendor's samples. `NaN` for neither. */
const dateOf = (value: string): number => {
  const french = frenchDate.exec(value)
  const iso = french === null ? value : `${french[3]}-${french[2]}-${french[1]}`
  return isoDate.test(iso) ? parseInstant(iso) : NaN
}

/** A label as the value list spells it: NP6's lists do not regard case. */
const label = (value: unknown, { labels }: FieldOfAccount): string | undefined =>
  typeof value !== "string"
    ? undefined
    : labels === undefined
    ? value
    : labels.get(value.toLowerCase())

const checks: { readonly [type in SeedFieldType]: Check } = {
  textField: text("a string"),
  textArea: text("a string"),
  phone: text("a string"),
  email: text("an e-mail address", (value) => /^[^\s@]+@[^\s@]+$/.test(value)),
  date: (value, field) => {
    const millis = typeof value === "string" ? dateOf(value) : NaN
    return typeof value !== "string" || Number.isNaN(millis)
      ? Result.fail("a date, as 2016-07-30T09:01:00Z or 30/07/2016")
      : constrained(value, field, millis, "", parseInstant)
  },
  numeric: (value, field) =>
    typeof value !== "number" || !Number.isFinite(value)
      ? Result.fail("a number")
      : constrained(value, field, value),
  singleSelectList: (value, field) => {
    const known = label(value, field)
    return known === undefined ? Result.fail("a label of its value list") : Result.succeed(known)
  },
  multipleSelectList: (value, field) => {
    const labels = Array.isArray(value) ? value.map((one) => label(one, field)) : [undefined]
    const known = labels.filter((one) => one !== undefined)
    return known.length < labels.length
      ? Result.fail("an array of labels of its value list")
      : Result.succeed([...new Set(known)])
  },
}

/** The value to store for what was written, or what the field wants instead. `null` unsets. */
export const checkValue = (
  value: unknown,
  field: FieldOfAccount,
): Result.Result<SeedValue, string> => {
  const clears = value === null ||
    (field.type === "multipleSelectList" && Array.isArray(value) && value.length === 0)
  return clears ? Result.succeed(null) : checks[field.type](value, field)
}
