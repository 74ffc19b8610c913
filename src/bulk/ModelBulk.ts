/**
 * The bulk operators of a model.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CommonFailure, Conflict, NotFound } from "../client/Errors.ts"
import type {
  NewValues,
  TargetModel,
  TypedTarget,
  UnicityValues,
  UpdateValues,
} from "../targets/TargetModel.ts"
import type { Target } from "../data/Target.ts"
import type { BulkOptions, Deletion, Given, Operator } from "./Outcome.ts"
import { deleting, each, eachAdded, eachRemoved, idKey, unicityKey } from "./work.ts"

/**
 * The bulk operators of a model: those of {@link Bulk}, with the model's names and values. Values that
 * don't fit are `Failed` with `InvalidInput`.
 */
export interface ModelBulk<Shape, U extends keyof Shape> {
  /** Creates or updates a target for every input. */
  readonly upsert: <I, E = never, R = never>(
    toValues: (input: I) => Given<NewValues<Shape, U>, E, R>,
    options?: BulkOptions<I, TypedTarget<Shape>, CommonFailure | E>,
  ) => Operator<I, TypedTarget<Shape>, CommonFailure | E, R>
  /** Creates a target for every input. */
  readonly create: <I, E = never, R = never>(
    toValues: (input: I) => Given<NewValues<Shape, U>, E, R>,
    options?: BulkOptions<I, TypedTarget<Shape>, CommonFailure | Conflict<"UnicityTaken"> | E>,
  ) => Operator<I, TypedTarget<Shape>, CommonFailure | Conflict<"UnicityTaken"> | E, R>
  /** Updates the target of every input. */
  readonly update: <I, E = never, R = never>(
    toCall: (
      input: I,
    ) => Given<{ readonly id: string; readonly values: UpdateValues<Shape> }, E, R>,
    options?: BulkOptions<
      I,
      TypedTarget<Shape>,
      CommonFailure | NotFound | Conflict<"UnicityTaken"> | E
    >,
  ) => Operator<I, TypedTarget<Shape>, CommonFailure | NotFound | Conflict<"UnicityTaken"> | E, R>
  /** Adds the target of every input to a segment. */
  readonly addToSegment: <I, E = never, R = never>(
    segment: number,
    toId: (input: I) => Given<string, E, R>,
    options?: BulkOptions<I, void, CommonFailure | NotFound | Conflict<"AlreadyInSegment"> | E>,
  ) => Operator<I, void, CommonFailure | NotFound | Conflict<"AlreadyInSegment"> | E, R>
  /** Removes the target of every input from a segment. */
  readonly removeFromSegment: <I, E = never, R = never>(
    segment: number,
    toId: (input: I) => Given<string, E, R>,
    options?: BulkOptions<I, void, CommonFailure | NotFound | Conflict<"DynamicSegment"> | E>,
  ) => Operator<I, void, CommonFailure | NotFound | Conflict<"DynamicSegment"> | E, R>
  /** Makes sure that there is a target for every input and that it is in a segment. */
  readonly ensureInSegment: <I, E = never, R = never>(
    segment: number,
    toValues: (input: I) => Given<NewValues<Shape, U>, E, R>,
    options?: BulkOptions<I, TypedTarget<Shape>, CommonFailure | NotFound | E>,
  ) => Operator<I, TypedTarget<Shape>, CommonFailure | NotFound | E, R>
  /** Deletes the target of every input, a chunk at a time. */
  readonly delete: <I, By extends "id" | "unicity", E = never, R = never>(
    by: By,
    toValue: (input: I) => Given<By extends "id" ? string : UnicityValues<Shape, U>, E, R>,
    options?: BulkOptions<I, Deletion, CommonFailure | E> & {
      /** How many targets one request deletes. Default: 100; NP6 documents no limit. */
      readonly chunkSize?: number | undefined
    },
  ) => Operator<I, Deletion, CommonFailure | E, R>
}

/**
 * The bulk operators of a model.
 *
 * @example
 * ```ts
 * import { Bulk, TargetModel } from "@effect-np6/targets"
 * import { Effect, Stream } from "effect"
 *
 * const Contact = TargetModel.make({
 *   email: TargetModel.text(8103),
 *   title: TargetModel.choice(8101, ["Mr", "Mrs"]),
 *   birthday: TargetModel.day(8105),
 * }, { unicity: "email" })
 *
 * const rows = Stream.make({ email: "a@b.c", title: "Mr", birthday: "17/05/1980" })
 *
 * // A row that doesn't fit is an outcome, too: `fromText` returns a `Result`.
 * const outcomes = rows.pipe(
 *   Bulk.of(Contact).upsert((row) => Contact.fromText(row, { dates: "dmy" })),
 * )
 * ```
 */
export const of = <Shape, U extends keyof Shape>(
  model: TargetModel<Shape, U>,
): ModelBulk<Shape, U> => {
  const decoded = <E>(call: Effect.Effect<Target, E>): Effect.Effect<TypedTarget<Shape>, E> =>
    Effect.map(call, model.decode)
  return {
    upsert: (toValues, options) =>
      each({
        operation: "targets.upsert",
        callback: toValues,
        read: (values: NewValues<Shape, U>) => model.encode(values),
        key: ({ unicity }) => unicityKey(unicity),
        call: (targets, { unicity, values }) => decoded(targets.upsert(unicity, values)),
        options,
      }),
    create: (toValues, options) =>
      each({
        operation: "targets.create",
        callback: toValues,
        read: (values: NewValues<Shape, U>) => model.encode(values, "targets.create"),
        key: undefined,
        call: (targets, { values }) => decoded(targets.create(values)),
        options,
      }),
    update: (toCall, options) =>
      each({
        operation: "targets.update",
        callback: toCall,
        read: ({ id, values }: { readonly id: string; readonly values: UpdateValues<Shape> }) =>
          Result.map(model.encodeValues(values), (values) => ({ id, values })),
        key: ({ id }) => idKey(id),
        call: (targets, { id, values }) => decoded(targets.update(id, values)),
        options,
      }),
    addToSegment: (segment, toId, options) => eachAdded(segment, toId, options),
    removeFromSegment: (segment, toId, options) => eachRemoved(segment, toId, options),
    ensureInSegment: (segment, toValues, options) =>
      each({
        operation: "targets.ensureInSegment",
        callback: toValues,
        read: (values: NewValues<Shape, U>) => model.encode(values),
        key: ({ unicity }) => unicityKey(unicity),
        call: (targets, { unicity, values }) =>
          decoded(targets.ensureInSegment(unicity, values, segment)),
        options,
      }),
    delete: (by, toValue, options) =>
      deleting({
        by,
        callback: toValue,
        read: (given: string | UnicityValues<Shape, U>) =>
          by === "id" || typeof given === "string"
            ? Result.succeed<unknown>(given)
            : model.encodeUnicity(given, "targets.deleteMany"),
        options,
      }),
  }
}
