/**
 * The fields of an account: what `GET /fields` of the NP6 API tells about each.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { type CodeEncoded, named } from "./code.ts"
import { FieldId } from "./Ids.ts"
import { type NullAsAbsent, nullAsAbsent } from "./optional.ts"

/** The types of fields that NP6 documents. */
export type AccountFieldTypeName =
  | "textField"
  | "textArea"
  | "email"
  | "phone"
  | "numeric"
  | "date"
  | "singleSelectList"
  | "multipleSelectList"

/** The type of a field: a documented one to match on, or another one as NP6 sent it. */
export type AccountFieldType = AccountFieldTypeName | (string & Record<never, never>)

/** How the value of a field compares with the value of its constraint. */
export type ConstraintOperatorName =
  | "None"
  | "Greater"
  | "Smaller"
  | "GreaterOrEqual"
  | "SmallerOrEqual"
  | "Equal"

/** An operator to match on, or the code as NP6 sent it where it isn't one of its 0 to 5. */
export type ConstraintOperator = ConstraintOperatorName | CodeEncoded

/** What a field's values must satisfy: a number itself, a text by its length. */
export interface FieldConstraint {
  readonly operator: ConstraintOperator
  /** As NP6 has it: `"150"`. */
  readonly value: string
}

/** A {@link FieldConstraint} as NP6 sends it. */
export interface FieldConstraintEncoded {
  readonly operator: CodeEncoded
  readonly value: string | number
}

const ConstraintValue: Schema.Codec<string, string | number> = Schema.Union([
  Schema.String,
  Schema.Number,
]).pipe(Schema.decodeTo(Schema.String, {
  decode: SchemaGetter.transform(String),
  encode: SchemaGetter.transform((value: string): string | number => value),
}))

/** The schema of a constraint: see the type of the same name. */
export const FieldConstraint: Schema.Codec<FieldConstraint, FieldConstraintEncoded> = Schema.Struct(
  {
    operator: named<ConstraintOperatorName>({
      None: 0,
      Greater: 1,
      Smaller: 2,
      GreaterOrEqual: 3,
      SmallerOrEqual: 4,
      Equal: 5,
    }),
    value: ConstraintValue,
  },
)

/** A field of an account. */
export interface AccountField {
  /** What its values are. */
  readonly type: AccountFieldType
  /** Its id, which values are read and written under. */
  readonly id: number
  /** Its name, which may have accents and spaces. */
  readonly name: string
  /** Whether it tells contacts apart. Several fields may, in the account's order. */
  readonly isUnicity: boolean
  /** Whether a contact must have a value. */
  readonly isMandatory: boolean
  /** Whether segments can be made by it. In NP6's current reference only. */
  readonly isCriterion?: boolean
  /** What its values must satisfy. */
  readonly constraint?: FieldConstraint
  /** The value list that a `singleSelectList` or a `multipleSelectList` takes its labels from. */
  readonly valueListId?: number
}

/** An {@link AccountField} as NP6 sends it. */
export interface AccountFieldEncoded {
  readonly type: string
  readonly id: number
  readonly name: string
  readonly isUnicity: boolean
  readonly isMandatory: boolean
  readonly isCriterion?: boolean | null
  readonly constraint?: FieldConstraintEncoded | null
  readonly valueListId?: number | null
}

const listId: NullAsAbsent<number, number> = nullAsAbsent(Schema.Int)

// As a plain number: it is a key of the values that are written, where a brand has no place.
const id: Schema.Codec<number> = Schema.toType(FieldId)

/**
 * The schema of a field of an account: see the type of the same name. Types and operators that
 * aren't documented are read as they come.
 */
export const AccountField: Schema.Codec<AccountField, AccountFieldEncoded> = Schema.Struct({
  type: Schema.String,
  id,
  name: Schema.String,
  isUnicity: Schema.Boolean,
  isMandatory: Schema.Boolean,
  isCriterion: nullAsAbsent(Schema.Boolean),
  constraint: nullAsAbsent(FieldConstraint),
  valueListId: listId,
})
