/**
 * The types of a model: what its fields hold, and what its operations take and return.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { CommonFailure, Conflict, NotFound } from "../../client/Errors.ts"
import type { Fields, FieldValue, FieldValues } from "../../data/Field.ts"
import type { DeletionReport } from "../../data/Selection.ts"
import type { ListedTarget, Target } from "../../data/Target.ts"
import type { WithResponse } from "../../client/Np6Response.ts"
import type { CellOptions } from "../CellText.ts"
import type { UndecodedField } from "./UndecodedField.ts"

/** A field of a model: which one it is in the account, and what its values are. */
export interface Field<out A, out Id extends number = number> {
  /** The field's id in the account. */
  readonly id: Id
  /** The values, and how NP6 has them. */
  readonly schema: Schema.Codec<A, FieldValue>
  /**
   * Reads a trimmed cell of a file that isn't empty, or says what is wrong with it without repeating
   * it. Without this, `schema` decodes the cell's text or the number that it writes.
   */
  readonly readCell?: (cell: string, options: CellOptions) => Result.Result<A, string>
}

/** Values by name as they are read: a name is absent where nothing is known of its field. */
export type Values<Shape> = {
  readonly [Name in keyof Shape]?: Shape[Name]
}

/** What `update` takes: values by name. One that is left out or `undefined` keeps its field. */
export type UpdateValues<Shape> = {
  readonly [Name in keyof Shape]?: Shape[Name] | undefined
}

/** Values of the unicity's fields, by name: all of them, none empty. */
export type UnicityValues<Shape, U extends keyof Shape> = {
  readonly [Name in U]: NonNullable<Shape[Name]>
}

/**
 * What `upsert` and `create` take: values by name, those of the unicity among them. Another one that
 * is left out or `undefined` keeps its field.
 */
export type NewValues<Shape, U extends keyof Shape> =
  & UnicityValues<Shape, U>
  & UpdateValues<Omit<Shape, U>>

/** How the rows of a file are written, and how their columns fit a model. */
export interface RowOptions<Name extends string = string> extends CellOptions {
  /** The name of each column's field, where the header is another: `{ "E-mail": "email" }`. */
  readonly columns?: { readonly [header: string]: Name } | undefined
  /** Whether an empty cell keeps its field (the default) or clears it. */
  readonly empty?: "keep" | "clear" | undefined
  /**
   * Whether columns that the model doesn't know are left aside. Default: `false`, each is a problem:
   * a misspelt header would lose a column without a word.
   */
  readonly ignoreUnknown?: boolean | undefined
}

/** A target as `list` and `stream` return it, with its fields by name. */
export interface TypedListedTarget<Shape> extends Omit<ListedTarget, "fields"> {
  /**
   * The values of the model's fields. A name is absent when the response doesn't hold its field, or
   * when it is in `undecoded`; `null` (`[]` for `choices`) means that the field is empty.
   */
  readonly values: Values<Shape>
  /** All other values of the response, by field id, as they came. */
  readonly unknown: Fields
  /** The model's fields whose value doesn't decode; the value is in `unknown`. */
  readonly undecoded: ReadonlyArray<UndecodedField>
}

/** What a {@link Target} has, with its fields by name. */
export interface TypedTarget<Shape>
  extends TypedListedTarget<Shape>, Omit<Target, keyof ListedTarget> {
}

/** Which targets `deleteMany` deletes: a {@link Selection} with the unicity's values by name. */
export type TypedSelection<Shape, U extends keyof Shape> =
  | { readonly type: "unicity"; readonly value: ReadonlyArray<UnicityValues<Shape, U>> }
  | { readonly type: "id"; readonly value: ReadonlyArray<string> }
  | { readonly type: "segment"; readonly value: number }

/**
 * The operations of {@link TargetsOperations} with a model's names and values. Each has the errors of
 * the operation of the same name, and no other.
 */
export interface TypedOperations<Shape, U extends keyof Shape> {
  /** All targets of the account, as one array; `stream` doesn't hold them all in memory. */
  readonly list: Effect.Effect<
    ReadonlyArray<TypedListedTarget<Shape>>,
    CommonFailure
  >
  /** The target with an id. */
  readonly get: (
    id: string,
  ) => Effect.Effect<TypedTarget<Shape>, CommonFailure | NotFound>
  /** The target with a unicity. Other values that the argument holds are ignored. */
  readonly getByUnicity: (
    unicity: UnicityValues<Shape, U>,
  ) => Effect.Effect<TypedTarget<Shape>, CommonFailure | NotFound>
  /** The target with a unicity, if there is one. Other values that the argument holds are ignored. */
  readonly find: (
    unicity: UnicityValues<Shape, U>,
  ) => Effect.Effect<
    Option.Option<TypedTarget<Shape>>,
    CommonFailure
  >
  /**
   * Creates the target with the unicity that is among the values, or updates the one that has it.
   * Fields that aren't given keep their values.
   */
  readonly upsert: (
    values: NewValues<Shape, U>,
  ) => Effect.Effect<TypedTarget<Shape>, CommonFailure>
  /** Creates a target. Fails with `Conflict` when there is one with its unicity. */
  readonly create: (
    values: NewValues<Shape, U>,
  ) => Effect.Effect<TypedTarget<Shape>, CommonFailure | Conflict<"UnicityTaken">>
  /**
   * Updates the target with an id. Fields that aren't given keep their values. Fails with `Conflict`
   * when another target has the new unicity.
   */
  readonly update: (
    id: string,
    values: UpdateValues<Shape>,
  ) => Effect.Effect<
    TypedTarget<Shape>,
    CommonFailure | NotFound | Conflict<"UnicityTaken">
  >
  /** Adds a target to a static segment. */
  readonly addToSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, CommonFailure | NotFound | Conflict<"AlreadyInSegment">>
  /** Removes a target from a static segment. */
  readonly removeFromSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, CommonFailure | NotFound | Conflict<"DynamicSegment">>
  /** Makes sure that there is a target with these values, and that it is in a static segment. */
  readonly ensureInSegment: (
    values: NewValues<Shape, U>,
    segment: number,
  ) => Effect.Effect<TypedTarget<Shape>, CommonFailure | NotFound>
  /** Deletes a target. */
  readonly delete: (
    id: string,
  ) => Effect.Effect<void, CommonFailure | NotFound>
  /** Deletes the targets of a selection. The report has each unicity as text, in the account's order. */
  readonly deleteMany: (
    selection: TypedSelection<Shape, U>,
  ) => Effect.Effect<DeletionReport, CommonFailure | NotFound>
}

/** The operations of {@link Targets} with a model's names and values. */
export interface TypedTargets<Shape, U extends keyof Shape> extends TypedOperations<Shape, U> {
  /** All targets of the account, one after the other while they arrive. */
  readonly stream: Stream.Stream<
    TypedListedTarget<Shape>,
    CommonFailure
  >
  /** The same operations, returning each value in its {@link Np6Response}. */
  readonly withResponse: WithResponse<TypedOperations<Shape, U>>
}

/** Typed values as NP6 takes them: the arguments of `targets.upsert`. */
export interface EncodedTarget {
  /** The unicity's values in the account's order. */
  readonly unicity: ReadonlyArray<string>
  /** All values by field id, those of the unicity among them. */
  readonly values: FieldValues
}
