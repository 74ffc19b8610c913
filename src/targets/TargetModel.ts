/**
 * Typed targets: the account's fields by name, each with a schema.
 *
 * A model is made once, and has three parts: `operations`, the operations of {@link Targets} with
 * names and typed values; `encode` and `decode`, the pure halves they are made of, for whatever else
 * sends and reads targets.
 *
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { DateTime, Effect } from "effect"
 *
 * const Contact = TargetModel.make({
 *   email: TargetModel.text(8103),
 *   title: TargetModel.choice(8101, ["Mr", "Mrs"]),
 *   birthday: TargetModel.date(8105),
 *   orders: TargetModel.number(8106),
 *   interests: TargetModel.choices(8107, ["Books", "Music"]),
 * }, { unicity: "email" })
 *
 * const program = Effect.gen(function* () {
 *   const contacts = yield* Contact.operations
 *   const jane = yield* contacts.upsert({
 *     email: "jane@example.com",
 *     title: "Mrs",
 *     birthday: DateTime.makeUnsafe("1980-05-17"),
 *   })
 *   // Only what is given is sent; `null` clears a field, `[]` a list.
 *   yield* contacts.update(jane.id, { title: null, interests: [] })
 *   return jane.values.title // "Mr" | "Mrs" | null | undefined
 * })
 * ```
 *
 * ## What a value can be
 *
 * - written: a name that is left out is not sent, and the field keeps its value; `null` (`[]` for
 *   `choices`) clears it; a value that the schema refuses is `InvalidInput` with
 *   `input: "values.<name>"`, and nothing is sent
 * - read: `null` (`[]` for `choices`) where NP6 says that the field is empty; no key at all where the
 *   reply doesn't hold the field (a listed target has its unicity alone) or holds a value that the
 *   schema doesn't understand
 *
 * Nothing of a reply is lost: each of its values is either in `values`, or in `unknown` as it came.
 * A value that isn't understood doesn't fail the operation, which has succeeded at NP6 by then; it
 * is reported in `undecoded`, and {@link requireDecoded} turns that into a failure for whoever wants
 * one.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { InvalidInput } from "../client/Errors.ts"
import type { FieldScalar, FieldValue, FieldValues } from "../data/Field.ts"
import { type AnyValues, makeCodec } from "./model/codec.ts"
import { checkDefinition } from "./model/definition.ts"
import * as ready from "./model/fields.ts"
import { makeOperations } from "./model/operations.ts"
import type { UndecodedField } from "./model/undecoded.ts"
import type { Operation } from "../data/Operation.ts"
import type { ListedTarget, Target } from "../data/Target.ts"
import { Targets } from "./Targets.ts"
import type {
  EncodedTarget,
  Field,
  NewValues,
  TypedListedTarget,
  TypedTarget,
  TypedTargets,
  UnicityValues,
  Values,
} from "./model/Shape.ts"

export { UndecodedField, type UndecodedFieldFields } from "./model/undecoded.ts"

export type * from "./model/Shape.ts"

/**
 * A field with a schema of your own, from what NP6 holds (text, a number, a flag, or an array of
 * these) to whatever your program wants.
 *
 * `null` is added to it: a field without a value reads as `null`, and `null` clears it. A schema that
 * reads `null` itself is left as it is.
 *
 * The schema must be synchronous and need no services. What it says when it refuses a value is
 * shown in errors, without the words of the value.
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
): Field<null extends E ? A : A | null, Id> => ready.makeField(id, ready.orNull(schema))

/**
 * A field of text: text field, text area, e-mail or phone.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const email = TargetModel.text(8103)
 * ```
 */
export const text = <const Id extends number>(id: Id): Field<string | null, Id> =>
  ready.makeField(id, ready.text)

/**
 * A numeric field. Digits in text (`"4.5"`) are read too, and empty text as `null`; a number beyond
 * ±2^53 is refused both ways.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const orders = TargetModel.number(8106)
 * ```
 */
export const number = <const Id extends number>(id: Id): Field<number | null, Id> =>
  ready.makeField(id, ready.number)

/**
 * How a date field is read.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * const french: TargetModel.DateOptions = { slashes: "dd/mm/yyyy" }
 * ```
 */
export interface DateOptions {
  /**
   * How a date with slashes is read, at midnight in UTC. Without it such a date isn't decoded:
   * nothing in `01/02/2000` says which is the month.
   */
  readonly slashes?: "dd/mm/yyyy" | "mm/dd/yyyy"
}

/**
 * A date field, written as ISO 8601 in UTC (`"1980-05-17T00:00:00Z"`).
 *
 * NP6 doesn't document how dates read back, so all of these are read: ISO 8601, with or without a
 * time (midnight, then) and an offset (UTC, then); Unix seconds and milliseconds, in a number or in
 * text; and dates with slashes where {@link DateOptions} says which part is the month. Empty text
 * and year 1, which NP6 has for "no date", are `null`; a date in year 1 is refused.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const birthday = TargetModel.date(8105)
 * const since = TargetModel.date(8109, { slashes: "dd/mm/yyyy" })
 * ```
 */
export const date = <const Id extends number>(
  id: Id,
  options: DateOptions = {},
): Field<DateTime.Utc | null, Id> => ready.makeField(id, ready.date(options.slashes))

/**
 * A single-select list: one of its labels.
 *
 * Labels are read in any case, as NP6 does, and come out as they are spelt here; empty text is
 * `null`. A label that isn't among these is in `undecoded`, and stays in `unknown`.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const title = TargetModel.choice(8101, ["Mr", "Mrs"])
 * ```
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
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const interests = TargetModel.choices(8107, ["Books", "Cinema", "Music", "Sport"])
 * ```
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
 * A model of an account's targets: what {@link make} makes. `Shape` has the type of each field, and
 * `U` the names of those that are the unicity.
 *
 * @example
 * ```ts
 * import { type Target, TargetModel } from "@effect-np6/targets"
 * import { Effect } from "effect"
 *
 * const Contact = TargetModel.make({
 *   email: TargetModel.text(8103),
 *   orders: TargetModel.number(8106),
 * }, { unicity: "email" })
 *
 * // The pure halves alone: no service, no request.
 * const encoded = Effect.fromResult(Contact.encode({ email: "a@b.c", orders: 3 }))
 * const ordersOf = (target: Target) => Contact.decode(target).values.orders
 * ```
 */
export interface TargetModel<Shape, U extends keyof Shape> {
  /** The fields by name. */
  readonly fields: { readonly [Name in keyof Shape]: Field<Shape[Name]> }
  /** The names of the unicity's fields, in the account's order. */
  readonly unicity: ReadonlyArray<U>
  /**
   * What `upsert` and `create` send. Fails with `InvalidInput` of `operation` (`"targets.upsert"` when it is
   * left out), whose `input` is `values.<name>`, and which doesn't hold the value.
   */
  readonly encode: (
    values: NewValues<Shape, U>,
    operation?: Operation,
  ) => Result.Result<EncodedTarget, InvalidInput>
  /** What `update` sends: as {@link TargetModel.encode}, without the need of a unicity. */
  readonly encodeValues: (
    values: Values<Shape>,
    operation?: Operation,
  ) => Result.Result<FieldValues, InvalidInput>
  /**
   * What `getByUnicity` sends, and one element of a selection by unicity. Other values that the
   * argument holds are left aside.
   */
  readonly encodeUnicity: (
    unicity: UnicityValues<Shape, U>,
    operation?: Operation,
  ) => Result.Result<ReadonlyArray<string>, InvalidInput>
  /** A target in the words of the model. Never fails: what isn't understood is in `undecoded`. */
  readonly decode: (target: Target) => TypedTarget<Shape>
  /** A listed target in the words of the model, the same way. */
  readonly decodeListed: (target: ListedTarget) => TypedListedTarget<Shape>
  /** The operations of {@link Targets}, in the words of the model. */
  readonly operations: Effect.Effect<TypedTargets<Shape, U>, never, Targets>
}

/**
 * The typed target of a model.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 * type Contact = TargetModel.TypeOf<typeof Contact>
 * ```
 */
export type TypeOf<M extends { readonly decode: (target: Target) => unknown }> = ReturnType<
  M["decode"]
>

/**
 * The values that a model's `upsert` and `create` take.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 * const fromForm = (email: string): TargetModel.NewValuesOf<typeof Contact> => ({ email })
 * ```
 */
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
 * What {@link make} holds a model's fields against: fields that have the id of another are to be a
 * sentence that says so, which none is, and which the compiler then shows.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * type Same = TargetModel.DistinctIds<{
 *   email: TargetModel.Field<string | null, 8103>
 *   mail: TargetModel.Field<string | null, 8103>
 * }>
 * ```
 */
export type DistinctIds<F extends { readonly [name: string]: Field<unknown> }> = {
  readonly [Name in keyof F]: LiteralId<F[Name]> extends never ? unknown
    : LiteralId<F[Name]> extends LiteralIds<Omit<F, Name>> ? "another field has this id"
    : unknown
}

// An id that is known as a `number` alone can't be compared before the program runs.
type LiteralId<F> = F extends { readonly id: infer Id } ? number extends Id ? never : Id : never
type LiteralIds<F> = { readonly [Name in keyof F]: LiteralId<F[Name]> }[keyof F]

// What a model does, beside what it says of itself.
type Working<Shape, U extends keyof Shape> = Omit<TargetModel<Shape, U>, "fields" | "unicity">

/**
 * Makes a model of an account's targets: its fields by names of your choice, and the name of the
 * unicity, or several in the account's order.
 *
 * `GET /fields` of the NP6 API lists the ids of an account's fields, with `isUnicity: true` where
 * they tell targets apart.
 *
 * Two names for one id and an unknown name for the unicity don't compile. What the compiler can't
 * see throws a `TypeError` here, where the mistake is: an id that is no field id, an empty unicity
 * or one that names a field twice, labels that are the same but for their case.
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
  const codec = makeCodec(fields, unicity)
  const working: Working<AnyValues, string> = {
    ...codec,
    decodeListed: codec.decode,
    operations: Effect.map(Targets, (targets) => makeOperations(codec, targets)),
  }
  // Its types were forgotten on the way. They hold, because each name's value is encoded and decoded
  // by the field of that name, and by nothing else.
  return { fields, unicity, ...working as Working<Shape, U> }
}

/**
 * Fails with the first {@link UndecodedField} of a target, if it has one: for programs that would
 * rather stop than go on without a value.
 *
 * The operation that returned the target has been applied all the same.
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
