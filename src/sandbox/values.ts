import * as Result from "effect/Result"
import type { SeedField, SeedFieldType, SeedValue } from "./Seed.ts"

type Check = (value: unknown, field: SeedField) => Result.Result<SeedValue, string>

const text =
  (expected: string, accepts: (value: string) => boolean = () => true): Check => (value, field) => {
    if (typeof value !== "string" || !accepts(value)) return Result.fail(expected)
    return value.length > (field.max ?? Infinity)
      ? Result.fail(`at most ${field.max} characters`)
      : Result.succeed(value)
  }

const isoDate = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/
const frenchDate = /^(\d{2})\/(\d{2})\/(\d{4})$/

/** Both forms are in the vendor's samples. `Date` alone would take 31 February for 3 March. */
const isDate = (value: string): boolean => {
  const french = frenchDate.exec(value)
  const iso = french === null ? value : `${french[3]}-${french[2]}-${french[1]}`
  const day = isoDate.exec(iso)
  if (day === null || Number.isNaN(Date.parse(iso))) return false
  return new Date(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]))).getUTCDate() ===
    Number(day[3])
}

/** A label as the value list spells it: NP6's lists do not regard case. */
const label = (value: unknown, field: SeedField): string | undefined =>
  typeof value === "string"
    ? field.values?.find((known) => known.toLowerCase() === value.toLowerCase())
    : undefined

const checks: { readonly [type in SeedFieldType]: Check } = {
  textField: text("a string"),
  textArea: text("a string"),
  phone: text("a string"),
  email: text("an e-mail address", (value) => /^[^\s@]+@[^\s@]+$/.test(value)),
  date: text("a date, as 2016-07-30T09:01:00Z or 30/07/2016", isDate),
  numeric: (value, field) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return Result.fail("a number")
    return value > (field.max ?? Infinity)
      ? Result.fail(`at most ${field.max}`)
      : Result.succeed(value)
  },
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
  field: SeedField,
): Result.Result<SeedValue | null, string> => {
  const clears = value === null ||
    (field.type === "multipleSelectList" && Array.isArray(value) && value.length === 0)
  return clears ? Result.succeed(null) : checks[field.type](value, field)
}
