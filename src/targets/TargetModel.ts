/**
 * Typed targets: an account's fields by name, each with a schema.
 *
 * A model is made once. `operations` are the operations of {@link Targets} with names and typed
 * values; `encode`, `decode` and `fromText` are the pure functions behind them, for other code that
 * sends or reads targets.
 *
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const Contact = TargetModel.make({
 *   email: TargetModel.text(8103),
 *   title: TargetModel.choice(8101, ["Mr", "Mrs"]),
 *   birthday: TargetModel.day(8105),
 *   orders: TargetModel.number(8106),
 *   interests: TargetModel.choices(8107, ["Books", "Music"]),
 * }, { unicity: "email" })
 *
 * const program = Effect.gen(function* () {
 *   const contacts = yield* Contact.operations
 *   const jane = yield* contacts.upsert({
 *     email: "jane@example.com",
 *     title: "Mrs",
 *     birthday: "1980-05-17",
 *   })
 *   // Only what is given is sent; `null` clears a field, `[]` a list.
 *   yield* contacts.update(jane.id, { title: null, interests: [] })
 *   return jane.values.title // "Mr" | "Mrs" | null | undefined
 * })
 * ```
 *
 * ## Values
 *
 * - written: a name that is left out or `undefined` is not sent, and the field keeps its value;
 *   `null` (`[]` for `choices`) clears it; a value that the schema refuses is `InvalidInput` with
 *   `input: "values.<name>"`, and nothing is sent
 * - read: `null` (`[]` for `choices`) where NP6 says that the field is empty; no key at all where the
 *   response doesn't hold the field (a listed target has its unicity alone) or holds a value that the
 *   schema doesn't decode
 *
 * Nothing of a response is lost: each of its values is either in `values`, or in `unknown` as it came.
 * A value that doesn't decode doesn't fail the operation, which has succeeded at NP6 by then; it is
 * reported in `undecoded`, and {@link requireDecoded} turns that into a failure.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { InvalidInput } from "../client/Errors.ts"
import type { Day } from "../data/Day.ts"
import type { FieldScalar, FieldValue, FieldValues } from "../data/Field.ts"
import type { Operation } from "../data/Operation.ts"
import type { ListedTarget, Target } from "../data/Target.ts"
import { makeCodec } from "./model/codec.ts"
import { type AnyValues, makeColumns } from "./model/column.ts"
import { checkDefinition } from "./model/definition.ts"
import * as ready from "./model/fields.ts"
import type { InvalidRow } from "./model/InvalidRow.ts"
import { makeOperations } from "./model/operations.ts"
import { makeRowReader } from "./model/row.ts"
import type { UndecodedField } from "./model/UndecodedField.ts"
import { Targets } from "./Targets.ts"
import type {
  EncodedTarget,
  Field,
  NewValues,
  RowOptions,
  TypedListedTarget,
  TypedTarget,
  TypedTargets,
  UnicityValues,
  UpdateValues,
} from "./model/Shape.ts"

export type { CellOptions } from "./CellText.ts"

export { InvalidRow, type InvalidRowFields, type RowProblem } from "./model/InvalidRow.ts"

export { UndecodedField, type UndecodedFieldFields } from "./model/UndecodedField.ts"

export type * from "./model/Shape.ts"

/**
 * A field with a schema of your own, from what NP6 holds (text, a number, a flag, or an array of
 * these) to what your program wants.
 *
 * `null` is added to it: a field without a value reads as `null`, and `null` clears it. A schema that
 * reads `null` itself is left as it is.
 *
 * The schema must be synchronous and need no services. Errors show the message with which it refuses
 * a value, with the value blanked.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { Schema } from "effect"
 *
 * const phone = TargetModel.field(8104, Schema.String.check(Schema.isPattern(/^\+\d{6,15}$/)))
 * const nickname = TargetModel.field(8102, Schema.OptionFromNullOr(Schema.String))
 * ```
 */
export const field = <A, E extends FieldValue, const Id extends number>(
  id: Id,
  schema: Schema.Codec<A, E>,
): Field<null extends E ? A : A | null, Id> => ready.makeField(id, { schema: ready.orNull(schema) })

/** A field of text: text field, text area, e-mail or phone. */
export const text = <const Id extends number>(id: Id): Field<string | null, Id> =>
  ready.makeField(id, ready.text)

/**
 * A numeric field. Digits in text (`"4.5"`) are read too, and empty text as `null`; a number beyond
 * ±2^53 is refused both ways.
 */
export const number = <const Id extends number>(id: Id): Field<number | null, Id> =>
  ready.makeField(id, ready.number)

/** How a date field is read. */
export interface DateOptions {
  /**
   * How a date with slashes is read. Without it such a date isn't decoded: nothing in `01/02/2000`
   * says which part is the month.
   */
  readonly slashes?: "dd/mm/yyyy" | "mm/dd/yyyy" | undefined
}

/**
 * A date field as an instant, written as ISO 8601 in UTC (`"1980-05-17T00:00:00Z"`). For a birthday
 * and any other day, take {@link day}.
 *
 * NP6 doesn't document how dates read back, so all of these are read: ISO 8601 (midnight where it has
 * no time, UTC where it has no offset); Unix seconds and milliseconds, in a number or in text; and
 * dates with slashes where {@link DateOptions} says which part is the month. Empty text and year 1,
 * which NP6 has for "no date", are `null`; a date in year 1 is refused.
 */
export const date = <const Id extends number>(
  id: Id,
  options: DateOptions = {},
): Field<DateTime.Utc | null, Id> => ready.makeField(id, ready.date(options.slashes))

/** How the date field of a {@link day} is read. */
export interface DayOptions extends DateOptions {
  /**
   * The zone in which an instant is read as a day. Default: UTC. Set `"Europe/Paris"` when other
   * programs wrote midnight of that zone: `1980-05-16T22:00:00Z` is the 17th of May there.
   */
  readonly timeZone?: string | undefined
}

/**
 * A date field as a {@link Day}: a birthday is `"1980-05-17"`, without a time and a time zone.
 *
 * It is written as midnight in UTC (`"1980-05-17T00:00:00Z"`): the ISO form of NP6's own samples, and
 * the same day in Paris. It is read from each form that {@link date} reads, as the day that the text
 * shows (`1980-05-17T00:00:00+02:00` too). Unix time and other times of day in UTC are instants, read
 * in the `timeZone` of {@link DayOptions}.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { DateTime } from "effect"
 *
 * const birthday = TargetModel.day(8105, { timeZone: "Europe/Paris" })
 *
 * // Where a program has an instant, the zone decides which day it is.
 * const paris = DateTime.makeZonedUnsafe(new Date(), { timeZone: "Europe/Paris" })
 * const today = DateTime.formatIsoDate(paris)
 * ```
 */
export const day = <const Id extends number>(
  id: Id,
  options: DayOptions = {},
): Field<Day | null, Id> => ready.makeField(id, ready.day(options.slashes, options.timeZone))

/**
 * A single-select list: one of its labels.
 *
 * Labels are read in any case, as NP6 does, and come out as they are spelt here; empty text is
 * `null`. A label that isn't among these is in `undecoded`, and stays in `unknown`.
 */
export const choice = <const Id extends number, const L extends string>(
  id: Id,
  labels: readonly [L, ...ReadonlyArray<L>],
): Field<L | null, Id> => ready.makeField(id, ready.choice(labels))

/**
 * A multiple-select list: some of its labels, or `[]`, which clears the field and is never `null`.
 *
 * Labels are read in any case, as NP6 does, and come out as they are spelt here; `null` and empty
 * text read as `[]`, and a label outside an array as the only one. When one label isn't among these,
 * the field is in `undecoded`, and all its labels stay in `unknown`.
 */
export const choices = <const Id extends number, const L extends string>(
  id: Id,
  labels: readonly [L, ...ReadonlyArray<L>],
): Field<ReadonlyArray<L>, Id> => ready.makeField(id, ready.choices(labels))

/**
 * A flag. NP6 has no field of this type, so it is kept as one of two values of another: two labels
 * of a single-select list, 1 and 0 in a numeric field.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const optIn = TargetModel.flag(8109, { yes: "Oui", no: "Non" })
 * const isCustomer = TargetModel.flag(8110, { yes: 1, no: 0 })
 * ```
 */
export const flag = <const Id extends number>(
  id: Id,
  values: { readonly yes: FieldScalar; readonly no: FieldScalar },
): Field<boolean | null, Id> => ready.makeField(id, ready.flag(values))

/**
 * A model of an account's targets, made by {@link make}. `Shape` has the type of each field, and `U`
 * the names of the unicity's fields.
 */
export interface TargetModel<Shape, U extends keyof Shape> {
  /** The fields by name. */
  readonly fields: { readonly [Name in keyof Shape]: Field<Shape[Name]> }
  /** The names of the unicity's fields, in the account's order. */
  readonly unicity: ReadonlyArray<U>
  /**
   * What `upsert` and `create` send. Fails with `InvalidInput` of `operation` (`"targets.upsert"` by
   * default), whose `input` is `values.<name>`. The error doesn't hold the value.
   */
  readonly encode: (
    values: NewValues<Shape, U>,
    operation?: Operation,
  ) => Result.Result<EncodedTarget, InvalidInput>
  /** What `update` sends: as {@link TargetModel.encode}, without the need of a unicity. */
  readonly encodeValues: (
    values: UpdateValues<Shape>,
    operation?: Operation,
  ) => Result.Result<FieldValues, InvalidInput>
  /**
   * What `getByUnicity` sends, and one element of a selection by unicity. Other values that the
   * argument holds are ignored.
   */
  readonly encodeUnicity: (
    unicity: UnicityValues<Shape, U>,
    operation?: Operation,
  ) => Result.Result<ReadonlyArray<string>, InvalidInput>
  /** A target with its fields by name. Never fails: what doesn't decode is in `undecoded`. */
  readonly decode: (target: Target) => TypedTarget<Shape>
  /** A listed target, the same way. */
  readonly decodeListed: (target: ListedTarget) => TypedListedTarget<Shape>
  /**
   * The values of a row of text, from a CSV file or a form, as `upsert` and `create` take them. Fails
   * with one problem for each column that is wrong.
   *
   * Cells are trimmed, and an empty one is left out of the values. {@link RowOptions} says how dates,
   * numbers, lists and flags are written; what they don't allow isn't guessed. Labels are read in any
   * case, and a misspelt one gets a "did you mean". The unicity must be among the columns, and none of
   * its cells empty. `encode` accepts all values that this returns.
   *
   * @example
   * ```ts
   * import { Bulk, TargetModel } from "@effect-np6/targets"
   * import { Effect, Stream } from "effect"
   *
   * const Contact = TargetModel.make({
   *   email: TargetModel.text(8103),
   *   birthday: TargetModel.day(8105),
   *   revenue: TargetModel.number(8106),
   *   optIn: TargetModel.flag(8109, { yes: "Oui", no: "Non" }),
   * }, { unicity: "email" })
   *
   * const rows = Stream.make({ "E-mail": "a@b.c", "Né le": "17/05/1980", CA: "1 234,50", optIn: "oui" })
   *
   * const outcomes = rows.pipe(
   *   Bulk.forEach((row) =>
   *     Effect.gen(function* () {
   *       const values = yield* Effect.fromResult(Contact.fromText(row, {
   *         columns: { "E-mail": "email", "Né le": "birthday", CA: "revenue" },
   *         dates: "dmy",
   *         decimal: ",",
   *       }))
   *       const contacts = yield* Contact.operations
   *       return yield* contacts.upsert(values)
   *     })
   *   ),
   * )
   * ```
   */
  readonly fromText: (
    row: { readonly [column: string]: string | undefined },
    options?: RowOptions<keyof Shape & string>,
  ) => Result.Result<NewValues<Shape, U>, InvalidRow>
  /** The operations of {@link Targets} with the model's names and values. */
  readonly operations: Effect.Effect<TypedTargets<Shape, U>, never, Targets>
}

/** The typed target of a model: `type Contact = TargetModel.TypeOf<typeof Contact>`. */
export type TypeOf<M extends { readonly decode: (target: Target) => unknown }> = ReturnType<
  M["decode"]
>

/** The values that a model's `upsert` and `create` take. */
export type NewValuesOf<M extends { readonly encode: (values: never) => unknown }> = Parameters<
  M["encode"]
>[0]

/**
 * The operations of a model, to name the type of a parameter or a service.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { Context, Layer } from "effect"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 *
 * class Contacts extends Context.Service<Contacts, TargetModel.OperationsOf<typeof Contact>>()(
 *   "app/Contacts",
 * ) {
 *   static readonly layer = Layer.effect(Contacts, Contact.operations)
 * }
 * ```
 */
export type OperationsOf<
  M extends { readonly operations: Effect.Effect<unknown, never, Targets> },
> = Effect.Success<M["operations"]>

/**
 * Compile-time check that no two fields share an id. A duplicate turns the field's expected type into
 * the text of the error, so the compiler reports it.
 */
export type DistinctIds<F extends { readonly [name: string]: Field<unknown> }> = {
  readonly [Name in keyof F]: LiteralId<F[Name]> extends never ? unknown
    : LiteralId<F[Name]> extends LiteralIds<Omit<F, Name>> ? "another field has this id"
    : unknown
}

// An id that is known as a `number` alone can't be compared before the program runs.
type LiteralId<F> = F extends { readonly id: infer Id } ? number extends Id ? never : Id : never
type LiteralIds<F> = { readonly [Name in keyof F]: LiteralId<F[Name]> }[keyof F]

// The parts of a model that are made with its types forgotten.
type Working<Shape, U extends keyof Shape> = Omit<
  TargetModel<Shape, U>,
  "fields" | "unicity" | "fromText"
>

/**
 * Makes a model of an account's targets: its fields by names of your choice, and the name of the
 * unicity (the field that identifies a contact, usually the e-mail address), or several in the
 * account's order.
 *
 * `Account.fields` lists the ids of an account's fields, with `isUnicity: true` for those of the
 * unicity, and `Account.modelSource` writes a model of all of them.
 *
 * Two names for one id and an unknown name for the unicity don't compile. Mistakes that the compiler
 * can't see throw a `TypeError` here: an id that is no field id, an empty unicity or one that names a
 * field twice, labels that differ in case alone, an unknown time zone.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const Contact = TargetModel.make({
 *   email: TargetModel.text(8103),
 *   name: TargetModel.text(8102),
 *   title: TargetModel.choice(8101, ["Mr", "Mrs"]),
 * }, { unicity: ["email", "name"] })
 * ```
 */
export const make = <
  const F extends { readonly [name: string]: Field<unknown> },
  const U extends keyof F & string,
>(
  fields: F & DistinctIds<F>,
  options: { readonly unicity: U | readonly [U, ...ReadonlyArray<U>] },
): TargetModel<{ readonly [Name in keyof F]: F[Name]["schema"]["Type"] }, U> => {
  type Shape = { readonly [Name in keyof F]: F[Name]["schema"]["Type"] }
  const unicity = typeof options.unicity === "string" ? [options.unicity] : options.unicity
  checkDefinition(fields, unicity)
  const columns = makeColumns(fields, unicity)
  const codec = makeCodec(columns)
  const working: Working<AnyValues, string> = {
    ...codec,
    decodeListed: codec.decode,
    operations: Effect.map(Targets, (targets) => makeOperations(codec, targets)),
  }
  // The types that were forgotten hold: each name's value is encoded, decoded and read from a cell by
  // the field of that name, and by no other.
  return {
    fields,
    unicity,
    ...working as Working<Shape, U>,
    fromText: makeRowReader(columns) as TargetModel<Shape, U>["fromText"],
  }
}

/**
 * Fails with the first {@link UndecodedField} of a target, if it has one: for programs that would
 * rather stop than go on without a value.
 *
 * The operation that returned the target has been applied nevertheless.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const Contact = TargetModel.make({
 *   email: TargetModel.text(8103),
 *   title: TargetModel.choice(8101, ["Mr", "Mrs"]),
 * }, { unicity: "email" })
 *
 * const program = Effect.gen(function* () {
 *   const contacts = yield* Contact.operations
 *   return yield* contacts.get("000MLGPR").pipe(Effect.flatMap(TargetModel.requireDecoded))
 * })
 * ```
 */
export const requireDecoded = <
  T extends { readonly undecoded: ReadonlyArray<UndecodedField> },
>(target: T): Effect.Effect<T, UndecodedField> => {
  const [first] = target.undecoded
  return first === undefined ? Effect.succeed(target) : Effect.fail(first)
}
