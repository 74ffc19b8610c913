/**
 * Writes a typed model of an account's contacts.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { AccountField, ConstraintOperator } from "../data/AccountField.ts"
import { labelsOf } from "../data/labels.ts"
import type { ValueList } from "../data/ValueList.ts"
import { type Identified, identify } from "./identifiers.ts"
import { NoUnicity } from "./NoUnicity.ts"

/** See `Account.modelSource`. */
export const modelSource = (
  { fields, valueLists }: {
    readonly fields: ReadonlyArray<AccountField>
    readonly valueLists: ReadonlyArray<ValueList>
  },
): Result.Result<string, NoUnicity> => {
  const identified = identify(fields)
  const unicity = identified.filter(({ thing }) => thing.isUnicity)
    .map(({ identifier }) => literal(identifier))
  if (unicity.length === 0) return Result.fail(new NoUnicity())
  const properties = identified.map((field) => writeProperty(field, valueLists))
  const body = properties.map(({ source }) => source).join("\n")
  const needs = new Set(properties.map(({ needs }) => needs))
  return Result.succeed(`\
// Written by Account.modelSource. Write it again when the fields of the account change.
import { ${needs.has("FieldValue") ? "FieldValue, " : ""}TargetModel } from "@effect-np6/targets"
${needs.has("Schema") ? 'import { Schema } from "effect"\n' : ""}
/** The contacts of the account. */
export const Contact = TargetModel.make({
${body}
}, { unicity: ${unicity.length === 1 ? unicity.join() : `[${unicity.join(", ")}]`} })

/** A contact as NP6 returns it. */
export type Contact = TargetModel.TypeOf<typeof Contact>
`)
}

/** A field of the model, and what it needs beside `TargetModel`. */
interface Written {
  readonly source: string
  readonly needs: "FieldValue" | "Schema" | undefined
}

const writeProperty = (
  { identifier, thing: field }: Identified<AccountField>,
  valueLists: ReadonlyArray<ValueList>,
): Written => {
  const { call, needs, note } = writeField(field, valueLists)
  const facts = [
    field.type,
    field.isUnicity && "unicity",
    field.isMandatory && "mandatory",
    constraintOf(field),
    note,
  ].filter((fact) => typeof fact === "string")
  const key = /^[a-z]\w*$/i.test(identifier) ? identifier : literal(identifier)
  return {
    source: `  /** ${comment(`${quote(field.name)}: ${facts.join(", ")}`)}. */\n  ${key}: ${call},`,
    needs,
  }
}

const writeField = (
  field: AccountField,
  valueLists: ReadonlyArray<ValueList>,
): { readonly call: string; readonly needs?: Written["needs"]; readonly note?: string } => {
  const { id } = field
  switch (field.type) {
    case "textField":
    case "textArea":
    case "email":
    case "phone":
      return { call: `TargetModel.text(${id})` }
    case "numeric":
      return { call: `TargetModel.number(${id})` }
    case "date":
      return {
        call: `TargetModel.date(${id})`,
        note: "an instant (for a birthday or another day take TargetModel.day)",
      }
    case "singleSelectList":
    case "multipleSelectList": {
      const isSingle = field.type === "singleSelectList"
      const labels = labelsIn(valueLists.find((list) => list.id === field.valueListId))
      if (labels.length > 0) {
        return { call: writeLabels(isSingle ? "choice" : "choices", id, labels) }
      }
      const note = "its labels are not known"
      return isSingle
        ? { call: `TargetModel.text(${id})`, note }
        : { call: `TargetModel.field(${id}, Schema.Array(Schema.String))`, needs: "Schema", note }
    }
    default:
      return { call: `TargetModel.field(${id}, FieldValue)`, needs: "FieldValue" }
  }
}

/** The labels that a model can tell apart: NP6 takes an empty one for no value. */
const labelsIn = (list: ValueList | undefined): ReadonlyArray<string> => {
  const all = [...new Set(list?.values.map(({ value }) => value))].filter((label) => label !== "")
  const { find } = labelsOf(all)
  return all.filter((label) => find(label) === label)
}

/** What leaves room for a name in a line. */
const longestCall = 72

const writeLabels = (make: string, id: number, labels: ReadonlyArray<string>): string => {
  const literals = labels.map(literal)
  const call = `TargetModel.${make}(${id}, [${literals.join(", ")}])`
  return call.length <= longestCall
    ? call
    : `TargetModel.${make}(${id}, [\n${literals.map((one) => `    ${one},\n`).join("")}  ])`
}

const comparisons: { readonly [O in ConstraintOperator]?: string } = {
  Greater: ">",
  Smaller: "<",
  GreaterOrEqual: ">=",
  SmallerOrEqual: "<=",
  Equal: "=",
}

const constraintOf = ({ constraint, type }: AccountField): string | undefined => {
  const comparison = constraint && comparisons[constraint.operator]
  if (comparison === undefined) return undefined
  const what = type === "numeric" || type === "date" ? "value" : "length"
  return `${what} ${comparison} ${constraint?.value}`
}

/** A text as a literal, in which nothing is invisible. */
const literal = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`,
  )

const quote = (name: string): string => `"${name}"`

/** A text of the account's within a comment: on one line, and neither its end nor a tag in it. */
const comment = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ").replaceAll("*/", "* /")
    .replaceAll("@", "(at)")
