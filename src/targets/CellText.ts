/**
 * The cells of a file: text as people and spreadsheets write it, read to the values of fields.
 *
 * Nothing is guessed: a cell that could mean two things is a problem that says what was expected. No
 * problem repeats the cell. Cells come trimmed.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { type Day, isDay } from "../data/Day.ts"
import type { FieldScalar } from "../data/Field.ts"
import { parseInstant } from "../data/instant.ts"
import { isExact } from "../data/number.ts"
import { suggest } from "../data/suggest.ts"
import { isSameLabel, type Labels, quoted } from "../data/labels.ts"

/** How the cells of a file are written. */
export interface CellOptions {
  /**
   * The order of a date's parts: `2026-11-25` (`"iso"`, the default), `25/11/2026` (`"dmy"`) or
   * `11/25/2026` (`"mdy"`). A date that begins with its year is read in each of them, and `/`, `-`
   * and `.` are the same.
   */
  readonly dates?: "iso" | "dmy" | "mdy" | undefined
  /**
   * The decimal sign. Default: `"."`. Thousands may be set apart by spaces or apostrophes, and by the
   * other sign where a decimal sign follows (`1.234,50`): `1,234` alone could be either.
   */
  readonly decimal?: "." | "," | undefined
  /** What stands between several labels in one cell. Default: `"|"`. */
  readonly lists?: string | undefined
  /**
   * What says yes and no in the file, beside the labels of the field:
   * `{ yes: ["Oui", "x"], no: ["Non"] }`.
   */
  readonly flags?: {
    readonly yes: ReadonlyArray<string>
    readonly no: ReadonlyArray<string>
  } | undefined
}

/** The value of a cell, or what is wrong with the cell, without repeating it. */
export type Cell<A> = Result.Result<A, string>

/** Looks for damage that no value may have. */
export const checkCell = (cell: string): Cell<string> =>
  cell.includes("\ufffd")
    ? Result.fail("it holds U+FFFD, which stands for letters that were read in the wrong encoding")
    : Result.succeed(cell)

// Thousands set apart by the spaces of spreadsheets and by apostrophes; or by the other sign.
const numberPattern = (decimal: string, other: string): RegExp => {
  const spaced = String.raw`\d{1,3}(?:([ '’\u00a0\u2009\u202f])\d{3})(?:\1\d{3})*`
  const signed = String.raw`\d{1,3}(?:[${other}]\d{3})+(?=[${decimal}])`
  return new RegExp(String.raw`^[+-]?(?:\d+|${spaced}|${signed})(?:[${decimal}]\d+)?$`)
}

const numberPatterns = { ".": numberPattern(".", ","), ",": numberPattern(",", ".") }
const scientific = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i

/** Reads a number: `1234.5`, `1 234,50`. */
export const readNumber = (cell: string, { decimal = "." }: CellOptions): Cell<number> => {
  const text = cell.replace("\u2212", "-")
  if (!numberPatterns[decimal].test(text)) {
    return Result.fail(
      scientific.test(text)
        ? "it is in scientific notation, as spreadsheets shorten long numbers"
        : `it isn't a number like ${decimal === "." ? "1234.5" : "1234,5"}`,
    )
  }
  const digits = text.replace(decimal === "." ? /[^\d.-]/g : /[^\d,-]/g, "")
  // Not -0, which JSON doesn't have.
  const value = Number(digits.replace(",", ".")) + 0
  return isExact(value)
    ? Result.succeed(value)
    : Result.fail("a number beyond ±2^53 has lost digits")
}

const datePattern =
  /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:[T ] ?(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?(?: ?([ap])\.?m\.?)?(Z|[+-]\d\d:?\d\d)?)?$/i

const dateExamples = { iso: "2026-11-25", dmy: "25/11/2026", mdy: "11/25/2026" }

const twoDigits = (text: string): string => text.padStart(2, "0")

// Text that isn't an hour, so that the time is refused.
const noHour = "--"

const hourOf = (hours: string, half: string | undefined): string => {
  if (half === undefined) return twoDigits(hours)
  const hour = Number(hours)
  if (hour < 1 || hour > 12) return noHour
  return twoDigits(String(hour % 12 + (half.toLowerCase() === "p" ? 12 : 0)))
}

/** A date of a cell: its day, and the instant at its time, which is UTC where it names no offset. */
interface CellDate {
  readonly day: Day
  readonly millis: number
}

const readDate = (cell: string, { dates = "iso" }: CellOptions): Cell<CellDate> => {
  const match = datePattern.exec(cell)
  if (match === null) {
    return Result.fail(
      /^\d+(?:[.,]\d+)?$/.test(cell)
        ? "it is a bare number, as spreadsheets keep dates: give its column the format of a date"
        : `it isn't a date like ${dateExamples[dates]}`,
    )
  }
  const [, first = "", , second = "", third = "", hours, minutes, seconds = "00", half, offset] =
    match
  const isYearFirst = first.length === 4
  const year = isYearFirst ? first : third
  if (year.length !== 4 || (isYearFirst ? third : first).length > 2) {
    return Result.fail("its year doesn't have four digits")
  }
  if (!isYearFirst && dates === "iso") {
    return Result.fail(`it isn't a date like ${dateExamples[dates]}`)
  }
  const month = isYearFirst || dates === "dmy" ? second : first
  const dayOfMonth = isYearFirst ? third : dates === "dmy" ? first : second
  const day = `${year}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`
  if (!isDay(day)) return Result.fail("there is no such day")
  const time = hours === undefined ? "00:00" : `${hourOf(hours, half)}:${minutes}:${seconds}`
  const millis = parseInstant(`${day}T${time}${offset?.toUpperCase() ?? "Z"}`)
  return Number.isNaN(millis)
    ? Result.fail("there is no such time of day")
    : Result.succeed({ day, millis })
}

/** Reads a day; a time of day that follows is left aside. */
export const readDay = (cell: string, options: CellOptions): Cell<Day> =>
  Result.map(readDate(cell, options), ({ day }) => day)

/** Reads an instant: midnight where the cell has no time of day, UTC where it has no offset. */
export const readInstant = (cell: string, options: CellOptions): Cell<DateTime.Utc> =>
  Result.map(readDate(cell, options), ({ millis }) => DateTime.makeUnsafe(millis))

const notOneOf = (cell: string, labels: ReadonlyArray<FieldScalar>): string => {
  const meant = suggest(cell, labels.map(String))
  return `it isn't one of ${quoted(labels)}${
    meant === undefined ? "" : `: did you mean "${meant}"?`
  }`
}

/** Reads a label of a value list, in any case. */
export const readLabel = <L extends FieldScalar>(cell: string, labels: Labels<L>): Cell<L> => {
  const found = labels.find(cell)
  return found === undefined ? Result.fail(notOneOf(cell, labels.all)) : Result.succeed(found)
}

/**
 * Reads several labels of a value list, each once. A label that has the separator in it is found where
 * it is the whole cell.
 */
export const readLabels = <L extends FieldScalar>(
  cell: string,
  labels: Labels<L>,
  { lists = "|" }: CellOptions,
): Cell<ReadonlyArray<L>> => {
  const whole = labels.find(cell)
  if (whole !== undefined) return Result.succeed([whole])
  const parts = cell.split(lists).map((part) => part.trim()).filter((part) => part !== "")
  if (parts.length === 0) return Result.fail("it has no label")
  const found = new Set<L>()
  for (const part of parts) {
    const label = readLabel(part, labels)
    if (Result.isSuccess(label)) found.add(label.success)
    else if (parts.length > 1) return Result.fail(label.failure)
    else return Result.fail(`${label.failure} (several are separated by "${lists}")`)
  }
  return Result.succeed([...found])
}

/**
 * Reads a flag: by the field's own two labels, `labels.all[0]` for yes, or by what says yes and no in
 * the file.
 */
export const readFlag = (
  cell: string,
  labels: Labels<FieldScalar>,
  { flags = { yes: [], no: [] } }: CellOptions,
): Cell<boolean> => {
  const found = labels.find(cell)
  if (found !== undefined) return Result.succeed(found === labels.all[0])
  if (flags.yes.some((label) => isSameLabel(label, cell))) return Result.succeed(true)
  if (flags.no.some((label) => isSameLabel(label, cell))) return Result.succeed(false)
  return Result.fail(notOneOf(cell, [...labels.all, ...flags.yes, ...flags.no]))
}
