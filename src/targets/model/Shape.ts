/**
 * The types of a model: what its fields hold, and what its operations take and return.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  ClientFailure,
  Conflict,
  Forbidden,
  NotFound,
  Unauthorized,
} from "../../client/Errors.ts"
import type { Fields, FieldValue, FieldValues } from "../../data/Field.ts"
import type { DeletionReport } from "../../data/Selection.ts"
import type { ListedTarget, Target } from "../../data/Target.ts"
import type { WithResponse } from "../TargetsService.ts"
import type { UndecodedField } from "./undecoded.ts"

/**
 * A field of a model: which one it is in the account, and what its values are.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const phone: TargetModel.Field<string | null> = TargetModel.text(8104)
 * ```
 */
export interface Field<out A, out Id extends number = number> {
  /** The field's id in the account. */
  readonly id: Id
  /** The values, and how NP6 has them. */
  readonly schema: Schema.Codec<A, FieldValue>
}

/**
 * Values by name, each of which may be left out: what a target is read into, and what `update`
 * takes.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * const values: TargetModel.Values<{ email: string | null; orders: number | null }> = { orders: 3 }
 * ```
 */
export type Values<Shape> = {
  readonly [Name in keyof Shape]?: Shape[Name]
}

/**
 * Values of the unicity's fields, by name: all of them, none empty.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * const unicity: TargetModel.UnicityValues<{ email: string | null }, "email"> = { email: "a@b.c" }
 * ```
 */
export type UnicityValues<Shape, U extends keyof Shape> = {
  readonly [Name in U]: NonNullable<Shape[Name]>
}

/**
 * Values that make a whole target, by name: what `upsert` and `create` take. The unicity's fields
 * must be there, the others may be left out.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * type Shape = { email: string | null; orders: number | null }
 * const values: TargetModel.NewValues<Shape, "email"> = { email: "a@b.c", orders: null }
 * ```
 */
export type NewValues<Shape, U extends keyof Shape> =
  & UnicityValues<Shape, U>
  & Values<Omit<Shape, U>>

/**
 * A target as `list` and `stream` return it, in the words of a model.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 * import { Effect, Stream } from "effect"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 *
 * const addresses = Contact.operations.pipe(
 *   Effect.map((contacts) => contacts.stream),
 *   Stream.unwrap,
 *   Stream.map((contact) => contact.values.email),
 * )
 * ```
 */
export interface TypedListedTarget<Shape> extends Omit<ListedTarget, "fields"> {
  /**
   * The values that the model names. A name is absent when the reply doesn't hold its field, or is in
   * `undecoded`; `null` (`[]` for `choices`) says that the field is empty.
   */
  readonly values: Values<Shape>
  /** All other values of the reply, by field id, as they came. */
  readonly unknown: Fields
  /** The model's fields whose value isn't understood; the value is in `unknown`. */
  readonly undecoded: ReadonlyArray<UndecodedField>
}

/**
 * A target in the words of a model: what a {@link Target} has, with its fields by name.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 * type Contact = TargetModel.TypeOf<typeof Contact>
 *
 * const greet = (contact: Contact) => `${contact.id}: ${contact.values.email ?? "no address"}`
 * ```
 */
export interface TypedTarget<Shape>
  extends TypedListedTarget<Shape>, Omit<Target, keyof ListedTarget> {
}

/**
 * Which targets `deleteMany` deletes: a {@link Selection} with the unicity's values by name.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * const selection: TargetModel.TypedSelection<{ email: string | null }, "email"> = {
 *   type: "unicity",
 *   value: [{ email: "a@b.c" }, { email: "d@e.f" }],
 * }
 * ```
 */
export type TypedSelection<Shape, U extends keyof Shape> =
  | { readonly type: "unicity"; readonly value: ReadonlyArray<UnicityValues<Shape, U>> }
  | { readonly type: "id"; readonly value: ReadonlyArray<string> }
  | { readonly type: "segment"; readonly value: number }

/**
 * The operations that give one answer, in the words of a model. Each has the errors of the operation
 * of the same name in {@link Targets}, and no other.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * type Operations = TargetModel.TypedOperations<{ email: string | null }, "email">
 * type Upsert = Operations["upsert"]
 * ```
 */
export interface TypedOperations<Shape, U extends keyof Shape> {
  /** All targets of the account, as one array; `stream` doesn't hold them all in memory. */
  readonly list: Effect.Effect<
    ReadonlyArray<TypedListedTarget<Shape>>,
    Unauthorized | Forbidden | ClientFailure
  >
  /** The target with an id. */
  readonly get: (
    id: string,
  ) => Effect.Effect<TypedTarget<Shape>, Unauthorized | Forbidden | NotFound | ClientFailure>
  /** The target with a unicity. Whatever else the argument holds is left aside. */
  readonly getByUnicity: (
    unicity: UnicityValues<Shape, U>,
  ) => Effect.Effect<TypedTarget<Shape>, Unauthorized | Forbidden | NotFound | ClientFailure>
  /**
   * Creates the target with the unicity that is among the values, or updates the one that has it.
   * Fields that aren't named keep their values.
   */
  readonly upsert: (
    values: NewValues<Shape, U>,
  ) => Effect.Effect<TypedTarget<Shape>, Unauthorized | Forbidden | ClientFailure>
  /** Creates a target. Fails with `Conflict` when there is one with its unicity. */
  readonly create: (
    values: NewValues<Shape, U>,
  ) => Effect.Effect<TypedTarget<Shape>, Unauthorized | Forbidden | Conflict | ClientFailure>
  /**
   * Updates the target with an id. Fields that aren't named keep their values. Fails with `Conflict`
   * when another target has the new unicity.
   */
  readonly update: (
    id: string,
    values: Values<Shape>,
  ) => Effect.Effect<
    TypedTarget<Shape>,
    Unauthorized | Forbidden | NotFound | Conflict | ClientFailure
  >
  /** Adds a target to a static segment. */
  readonly addToSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure>
  /** Removes a target from a static segment. */
  readonly removeFromSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure>
  /** Deletes a target. */
  readonly delete: (
    id: string,
  ) => Effect.Effect<void, Unauthorized | Forbidden | NotFound | ClientFailure>
  /** Deletes the targets of a selection. The report has each unicity as text, in the account's order. */
  readonly deleteMany: (
    selection: TypedSelection<Shape, U>,
  ) => Effect.Effect<DeletionReport, Unauthorized | Forbidden | NotFound | ClientFailure>
}

/**
 * The operations of {@link Targets} in the words of a model.
 *
 * @example
 * ```ts
 * import { TargetModel } from "@effect-np6/targets"
 *
 * const Contact = TargetModel.make({ email: TargetModel.text(8103) }, { unicity: "email" })
 *
 * const subscribe = (contacts: TargetModel.OperationsOf<typeof Contact>, email: string) =>
 *   contacts.upsert({ email })
 * ```
 */
export interface TypedTargets<Shape, U extends keyof Shape> extends TypedOperations<Shape, U> {
  /** All targets of the account, one after the other while they arrive. */
  readonly stream: Stream.Stream<
    TypedListedTarget<Shape>,
    Unauthorized | Forbidden | ClientFailure
  >
  /** The same operations, returning each value in its {@link Answer}. */
  readonly withResponse: WithResponse<TypedOperations<Shape, U>>
}

/**
 * Typed values as NP6 takes them: the arguments of `targets.upsert`.
 *
 * @example
 * ```ts
 * import type { TargetModel } from "@effect-np6/targets"
 *
 * const encoded: TargetModel.EncodedTarget = { unicity: ["a@b.c"], values: { 8103: "a@b.c" } }
 * ```
 */
export interface EncodedTarget {
  /** The unicity's values in the account's order. */
  readonly unicity: ReadonlyArray<string>
  /** All values by field id, those of the unicity among them. */
  readonly values: FieldValues
}
