/**
 * A cell as the value that its field takes.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { AccountField, FieldConstraint } from "../data/AccountField.ts"
import type { FieldValue } from "../data/Field.ts"
import { formatIso } from "../data/instant.ts"
import { suggest } from "../data/suggest.ts"
import type { ValueList } from "../data/ValueList.ts"
import { type CellOptions, checkCell, readInstant, readNumber } from "../targets/CellText.ts"
import { type Labels, labelsOf, quoted } from "../data/labels.ts"
import type { CellValue } from "./Reader.ts"

/** How the cells of a file are written. */
export interface ReadOptions extends Omit<CellOptions, "flags"> {
  /** What an empty cell says: `"keep"` the field as it is (the default), or `"clear"` it. */
  readonly empty?: "keep" | "clear" | undefined
}

/** What a cell says of its field. */
export type Reading =
  | { readonly _tag: "Value"; readonly value: FieldValue }
  | { readonly _tag: "Keep" }
  | {
    readonly _tag: "Problem"
    readonly problem: string
    readonly suggestion?: string | undefined
  }

/** Reads the cells of one column. */
export type FieldReader = (cell: CellValue) => Reading

const keep: Reading = { _tag: "Keep" }
const valueOf = (value: FieldValue): Reading => ({ _tag: "Value", value })
const refuse = (problem: string, suggestion?: string): Reading => ({
  _tag: "Problem",
  problem,
  suggestion,
})

/** Reads the cells of a field. */
export const fieldReader = (
  field: AccountField,
  valueLists: ReadonlyArray<ValueList>,
  options: ReadOptions,
): FieldReader => {
  const read = readerOf(field, valueLists, options)
  const cleared = field.type === "multipleSelectList" ? valueOf([]) : valueOf(null)
  const empty = options.empty === "clear"
    ? field.isMandatory ? refuse("it is empty, and the account demands a value") : cleared
    : keep
  return (cell) => {
    if (cell === undefined) return keep
    // In JSON, null and [] say that the field is to be cleared.
    if (cell === null || (Array.isArray(cell) && cell.length === 0)) {
      return field.isMandatory ? refuse("it is empty, and the account demands a value") : cleared
    }
    if (typeof cell !== "string") return read(cell)
    const text = cell.trim()
    return text === "" ? empty : read(text)
  }
}

type Scalar = string | number | boolean

const isList = (cell: Exclude<CellValue, undefined>): cell is ReadonlyArray<Scalar | null> =>
  Array.isArray(cell)

const textReader = (read: (text: string) => Reading): (cell: CellValue) => Reading => (cell) => {
  if (typeof cell !== "string" && typeof cell !== "number" && typeof cell !== "boolean") {
    return refuse("it is a list, and the field takes one value")
  }
  const checked = checkCell(String(cell))
  return Result.isFailure(checked) ? refuse(checked.failure) : read(checked.success)
}

const readerOf = (
  field: AccountField,
  valueLists: ReadonlyArray<ValueList>,
  options: ReadOptions,
): FieldReader => {
  switch (field.type) {
    case "email":
      return textReader(readEmail)
    case "phone":
      return textReader(readPhone)
    case "numeric":
      return numericReader(field, options)
    case "date":
      return textReader((text) => {
        const instant = readInstant(text, options)
        return Result.isSuccess(instant)
          ? valueOf(formatIso(instant.success))
          : refuse(instant.failure)
      })
    case "singleSelectList":
    case "multipleSelectList":
      return listReader(field, valueLists, options)
    default:
      return textReader((text) => {
        const problem = lengthProblem(text.length, field.constraint)
        return problem === undefined ? valueOf(text) : refuse(problem)
      })
  }
}

// One @, no spaces or signs that stand around addresses in lists, and a domain with a dot.
const emailPattern =
  /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}.]+(?:\.[^\s@<>()[\]\\,;:"\p{C}.]+)+$/u

const invisible = /\p{C}/u

const readEmail = (text: string): Reading => {
  if (emailPattern.test(text) && text.length <= 320) return valueOf(text)
  if (invisible.test(text)) return refuse("it holds an invisible character")
  if (/[,;<]/.test(text)) return refuse("it is more than an e-mail address")
  return refuse("it isn't an e-mail address")
}

const scientific = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/i

const readPhone = (text: string): Reading => {
  if (scientific.test(text)) {
    return refuse(
      "it is in scientific notation, as spreadsheets shorten long numbers: give its column the format of text",
    )
  }
  return (text.match(/\d/g)?.length ?? 0) < 3 ? refuse("it isn't a phone number") : valueOf(text)
}

const numericReader = (
  { constraint }: AccountField,
  options: ReadOptions,
): FieldReader => {
  const check = (value: number): Reading => {
    const problem = numberProblem(value, constraint)
    return problem === undefined ? valueOf(value) : refuse(problem)
  }
  const read = textReader((text) => {
    const number = readNumber(text, options)
    return Result.isSuccess(number) ? check(number.success) : refuse(number.failure)
  })
  return (cell) => typeof cell === "number" ? check(cell) : read(cell)
}

const compare = (
  value: number,
  constraint: FieldConstraint | undefined,
): string | undefined => {
  if (constraint === undefined) return undefined
  const bound = Number(constraint.value)
  if (constraint.value.trim() === "" || Number.isNaN(bound)) return undefined
  switch (constraint.operator) {
    case "Greater":
      return value > bound ? undefined : `more than ${bound}`
    case "Smaller":
      return value < bound ? undefined : `less than ${bound}`
    case "GreaterOrEqual":
      return value >= bound ? undefined : `at least ${bound}`
    case "SmallerOrEqual":
      return value <= bound ? undefined : `at most ${bound}`
    case "Equal":
      return value === bound ? undefined : `exactly ${bound}`
    default:
      return undefined
  }
}

const numberProblem = (value: number, constraint: FieldConstraint | undefined) => {
  const expected = compare(value, constraint)
  return expected === undefined ? undefined : `the account takes ${expected}`
}

const lengthProblem = (length: number, constraint: FieldConstraint | undefined) => {
  const expected = compare(length, constraint)
  return expected === undefined ? undefined : `the account takes ${expected} characters`
}

/** Words that say yes and no, in pairs: those of spreadsheets, databases, and some languages. */
const flagWords: ReadonlyArray<readonly [yes: string, no: string]> = [
  ["true", "false"],
  ["1", "0"],
  ["yes", "no"],
  ["y", "n"],
  ["oui", "non"],
  ["o", "n"],
  ["vrai", "faux"],
  ["ja", "nein"],
  ["sí", "no"],
  ["si", "no"],
]

const yesWords = new Set(flagWords.map(([yes]) => yes))
const noWords = new Set(flagWords.map(([, no]) => no))

/** The labels for yes and no of a list that has just these two. */
const flagLabels = (labels: Labels<string>): readonly [string, string] | undefined => {
  if (labels.all.length !== 2) return undefined
  for (const [yes, no] of flagWords) {
    const [isYes, isNo] = [labels.find(yes), labels.find(no)]
    if (isYes !== undefined && isNo !== undefined) return [isYes, isNo]
  }
  return undefined
}

const listReader = (
  field: AccountField,
  valueLists: ReadonlyArray<ValueList>,
  { lists = "|" }: ReadOptions,
): FieldReader => {
  const isMultiple = field.type === "multipleSelectList"
  const list = valueLists.find(({ id }) => id === field.valueListId)
  const labels = list === undefined ? undefined : labelsOf(list.values.map(({ value }) => value))
  const flags = labels === undefined ? undefined : flagLabels(labels)
  const find = (text: string): string | undefined => {
    if (labels === undefined) return text
    const found = labels.find(text)
    if (found !== undefined || flags === undefined) return found
    const word = text.toLowerCase()
    return yesWords.has(word) ? flags[0] : noWords.has(word) ? flags[1] : undefined
  }
  const refuseLabel = (text: string): Reading => {
    const all = labels?.all ?? []
    return refuse(`it isn't one of ${quoted(all)}`, suggest(text, all))
  }
  const one = textReader((text) => {
    const found = find(text)
    return found === undefined ? refuseLabel(text) : valueOf(found)
  })
  if (!isMultiple) return one
  const many = (texts: ReadonlyArray<string>): Reading => {
    const found = new Set<string>()
    for (const text of texts) {
      const label = find(text)
      if (label === undefined) return refuseLabel(text)
      found.add(label)
    }
    return found.size === 0 ? refuse("it has no label") : valueOf([...found])
  }
  const text = textReader((text) =>
    // A label that has the separator in it is found where it is the whole cell.
    labels?.find(text) !== undefined
      ? many([text])
      : many(text.split(lists).map((part) => part.trim()).filter((part) => part !== ""))
  )
  return (cell) =>
    cell !== undefined && cell !== null && isList(cell)
      ? many(cell.filter((one) => one !== null).map(String))
      : text(cell)
}
