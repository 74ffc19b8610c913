/**
 * Bulk work as stream operators: a stream of inputs goes in, and a stream of outcomes comes out, one
 * for every input.
 *
 * - A failed call is an outcome, with its input and its typed error; it never ends the stream. Only
 *   {@link Unauthorized} and {@link Forbidden} do, because every further call would fail the same way:
 *   what is in flight is finished, what was taken and not sent becomes `NotTried`, and then the stream
 *   fails with that error.
 * - No more calls run at once than `concurrency` says, and no more than these are held in memory,
 *   besides one chunk of the source.
 * - Two inputs for the same target never overtake each other: the later one wins, as in the source.
 * - When the run is interrupted, `onUnfinished` gets what became of the inputs that had been taken and
 *   not yet handed on.
 *
 * Retries, replays and limits are those of the layer of {@link Targets}.
 *
 * @example
 * ```ts
 * import { Bulk, Targets } from "@effect-np6/targets"
 * import { Effect, Stream } from "effect"
 *
 * const contacts = Stream.make(
 *   { email: "a@b.c", title: "Mr" },
 *   { email: "d@e.f", title: "Mrs" },
 * )
 *
 * const sync = contacts.pipe(
 *   Bulk.upsertAll(({ email, title }) => ({
 *     unicity: email,
 *     values: { 8101: title, 8103: email },
 *   })),
 *   Stream.filter((outcome) => outcome._tag === "Failed"),
 *   Stream.runForEach(({ input, error }) => Effect.logWarning(input.title, error.message)),
 * )
 * ```
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import {
  type ClientFailure,
  type Conflict,
  type Forbidden,
  InvalidInput,
  type NotFound,
  type Unauthorized,
} from "../client/Errors.ts"
import type { FieldValues } from "../data/Field.ts"
import { run } from "./run.ts"
import { checkDeletion } from "../targets/arguments.ts"
import type { Checked } from "../http/request.ts"
import type { DeletionReport } from "../data/Selection.ts"
import type { Target } from "../data/Target.ts"
import { Targets } from "../targets/Targets.ts"
import type { Unicity, UnicityInput } from "../data/Unicity.ts"
import type { BulkOptions, Done, Outcome } from "./Outcome.ts"

export type * from "./Outcome.ts"

/**
 * A bulk operator: from a stream of inputs to a stream of their outcomes.
 *
 * @example
 * ```ts
 * import type { Bulk, ClientFailure, Target } from "@effect-np6/targets"
 *
 * declare const operator: Bulk.Operator<{ readonly email: string }, Target, ClientFailure>
 * ```
 */
export type Operator<I, A, E> = <E2, R2>(
  inputs: Stream.Stream<I, E2, R2>,
) => Stream.Stream<Outcome<I, A, E>, E2 | Unauthorized | Forbidden, R2 | Targets>

type Denied = Unauthorized | Forbidden
type Service = Targets["Service"]

const itself = <O>(outcome: O): Arr.NonEmptyReadonlyArray<O> => [outcome]

const each = <I, A, E>(
  call: (targets: Service, input: I) => Effect.Effect<A, E>,
  key: ((input: I) => string) | undefined,
  options: BulkOptions<I, A, E> | undefined,
): Operator<I, A, E> =>
  run<I, A, E, Targets, I, A, E>({
    call: (input) => Targets.use((targets) => call(targets, input)),
    key,
    expand: itself,
  }, options ?? {})

// As servers may compare: an address in capitals is the same address to most.
const keyOf = (unicity: UnicityInput): string => {
  try {
    return JSON.stringify([unicity].flat()).toLowerCase()
  } catch {
    // It can't be read, so its call refuses it: that must not end the calls of all others.
    return ""
  }
}

/**
 * Any effect over inputs, with the guarantees of the bulk operators: for calls of your own, or of a
 * {@link TargetModel}. Inputs of the same `key` never overtake each other.
 *
 * @example
 * ```ts
 * import { Bulk, Targets } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const looked = Stream.make("a@b.c", "d@e.f").pipe(
 *   Bulk.forEach((email) => Targets.use((targets) => targets.getByUnicity(email))),
 * )
 * ```
 */
export const forEach = <I, A, E, R>(
  call: (input: I) => Effect.Effect<A, E, R>,
  options: BulkOptions<I, A, E> & { readonly key?: ((input: I) => string) | undefined } = {},
): <E2, R2>(
  inputs: Stream.Stream<I, E2, R2>,
) => Stream.Stream<Outcome<I, A, E>, E2 | Unauthorized | Forbidden, R | R2> =>
  run<I, A, E, R, I, A, E>({ call, key: options.key, expand: itself }, options)

/**
 * Creates or updates a target for every input: `targets.upsert`.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("a@b.c", "d@e.f").pipe(
 *   Bulk.upsertAll((email) => ({ unicity: email, values: { 8103: email } }), { concurrency: 8 }),
 * )
 * ```
 */
export const upsertAll = <I>(
  toCall: (input: I) => { readonly unicity: UnicityInput; readonly values: FieldValues },
  options?: BulkOptions<I, Target, Denied | ClientFailure>,
): Operator<I, Target, Unauthorized | Forbidden | ClientFailure> =>
  each(
    (targets, input) => {
      const { unicity, values } = toCall(input)
      return targets.upsert(unicity, values)
    },
    (input) => keyOf(toCall(input).unicity),
    options,
  )

/**
 * Creates a target for every input: `targets.create`.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("a@b.c").pipe(Bulk.createAll((email) => ({ 8103: email })))
 * ```
 */
export const createAll = <I>(
  toValues: (input: I) => FieldValues,
  options?: BulkOptions<I, Target, Denied | Conflict | ClientFailure>,
): Operator<I, Target, Unauthorized | Forbidden | Conflict | ClientFailure> =>
  each((targets, input) => targets.create(toValues(input)), undefined, options)

/**
 * Updates the target of every input: `targets.update`.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("000MLGPR").pipe(
 *   Bulk.updateAll((id) => ({ id, values: { 8104: null } })),
 * )
 * ```
 */
export const updateAll = <I>(
  toCall: (input: I) => { readonly id: string; readonly values: FieldValues },
  options?: BulkOptions<I, Target, Denied | NotFound | Conflict | ClientFailure>,
): Operator<I, Target, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure> =>
  each(
    (targets, input) => {
      const { id, values } = toCall(input)
      return targets.update(id, values)
    },
    (input) => toCall(input).id,
    options,
  )

/**
 * Adds the target of every input to a segment: `targets.addToSegment`. A target that is in it already
 * is a failure with `Conflict`; {@link ensureInSegment} takes it as done.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("000MLGPR").pipe(Bulk.addAllToSegment(12345, (id) => id))
 * ```
 */
export const addAllToSegment = <I>(
  segment: number,
  toId: (input: I) => string,
  options?: BulkOptions<I, void, Denied | NotFound | Conflict | ClientFailure>,
): Operator<I, void, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure> =>
  each((targets, input) => targets.addToSegment(toId(input), segment), toId, options)

/**
 * Removes the target of every input from a segment: `targets.removeFromSegment`.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("000MLGPR").pipe(Bulk.removeAllFromSegment(12345, (id) => id))
 * ```
 */
export const removeAllFromSegment = <I>(
  segment: number,
  toId: (input: I) => string,
  options?: BulkOptions<I, void, Denied | NotFound | Conflict | ClientFailure>,
): Operator<I, void, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure> =>
  each((targets, input) => targets.removeFromSegment(toId(input), segment), toId, options)

/**
 * Makes sure that there is a target for every input and that it is in a segment: an upsert, then an
 * add. A target that is in the segment already is done.
 *
 * An error is about the call that failed, which its `operation` names: with `addToSegment` and
 * `applied: "no"` the target isn't added, and it is upserted all the same.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("a@b.c").pipe(
 *   Bulk.ensureInSegment(12345, (email) => ({ unicity: email, values: { 8103: email } })),
 * )
 * ```
 */
export const ensureInSegment = <I>(
  segment: number,
  toCall: (input: I) => { readonly unicity: UnicityInput; readonly values: FieldValues },
  options?: BulkOptions<I, Target, Denied | NotFound | Conflict | ClientFailure>,
): Operator<I, Target, Unauthorized | Forbidden | NotFound | Conflict | ClientFailure> =>
  each(
    (targets, input) => {
      const { unicity, values } = toCall(input)
      return Effect.tap(targets.upsert(unicity, values), (target) =>
        Effect.catchTag(
          targets.addToSegment(target.id, segment),
          "Conflict",
          (error) => error.reason === "AlreadyInSegment" ? Effect.void : Effect.fail(error),
        ))
    },
    (input) => keyOf(toCall(input).unicity),
    options,
  )

/**
 * What a bulk delete did with one of its inputs.
 *
 * - `"Deleted"`: NP6 reports it as deleted
 * - `"NotFound"`: NP6's report is complete, and it isn't in it
 * - `"Unknown"`: NP6 gave no report, or a report was lost; it is deleted now if it was there
 *
 * @example
 * ```ts
 * import type { Bulk } from "@effect-np6/targets"
 *
 * const isGone = (_: Bulk.Deletion) => true // in each of the three cases
 * ```
 */
export type Deletion = "Deleted" | "NotFound" | "Unknown"

/**
 * Deletes the target of every input, a chunk at a time: `targets.deleteMany`, by id or by unicity.
 *
 * An input that can't be sent is a failure of its own; the rest of its chunk goes ahead. Any other
 * failure is that of all inputs of the chunk.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("a@b.c", "d@e.f").pipe(
 *   Bulk.deleteAll("unicity", (email) => email, { chunkSize: 500 }),
 * )
 * ```
 */
export const deleteAll = <I, By extends "id" | "unicity">(
  by: By,
  toValue: (input: I) => By extends "id" ? string : UnicityInput,
  options: BulkOptions<I, Deletion, Denied | ClientFailure> & {
    /** How many targets one request deletes. Default: 100; NP6 documents no limit. */
    readonly chunkSize?: number | undefined
  } = {},
): Operator<I, Deletion, Unauthorized | Forbidden | ClientFailure> => {
  const work = run<
    Arr.NonEmptyReadonlyArray<Deletable<I>>,
    DeletionReport,
    Denied | ClientFailure,
    Targets,
    I,
    Deletion,
    Denied | ClientFailure
  >({
    call: (chunk) => deleteChunk(by, Arr.filterMap(chunk, ({ checked }) => checked)),
    size: (chunk) => chunk.length,
    expand: (outcome) => {
      // Not by its tag, which is in part a parameter of the type.
      const share = "value" in outcome
        ? shareOf<I>(outcome, by)
        : (input: I) => ({ ...outcome, input })
      return Arr.map(
        outcome.input,
        ({ input, checked }) =>
          Result.isSuccess(checked)
            ? share(input, checked.success)
            : { _tag: "Failed", input, error: refusal(checked.failure) },
      )
    },
  }, options)
  return (inputs) =>
    work(Stream.grouped(
      Stream.map(inputs, (input): Deletable<I> => ({
        input,
        checked: checkDeletion(by, toValue(input)),
      })),
      options.chunkSize ?? 100,
    ))
}

/** An input, and what is sent of it: read and checked once, so that nothing else is reported. */
interface Deletable<I> {
  readonly input: I
  readonly checked: Checked<string | Unicity>
}

const refusal = (refused: { readonly input: string; readonly problem: string }): InvalidInput =>
  new InvalidInput({ operation: "targets.deleteMany", applied: "no", attempts: 0, ...refused })

const nothingFound: DeletionReport = { deleted: [], complete: true }

const deleteChunk = (
  by: "id" | "unicity",
  values: ReadonlyArray<string | Unicity>,
): Effect.Effect<DeletionReport, Denied | ClientFailure, Targets> => {
  if (values.length === 0) return Effect.succeed(nothingFound)
  return Targets.use((targets) =>
    targets.deleteMany(
      by === "id"
        ? { type: "id", value: Arr.filter(values, Predicate.isString) }
        : { type: "unicity", value: values },
    )
  ).pipe(Effect.catchTag("NotFound", () => Effect.succeed(nothingFound)))
}

const shareOf = <I>(
  { value: report, attempts }: Done<unknown, DeletionReport>,
  by: "id" | "unicity",
): (input: I, value: UnicityInput) => Done<I, Deletion> => {
  const deleted = new Set(
    report.deleted.map(({ id, unicity }) => by === "id" ? id : keyOf(unicity)),
  )
  return (input, value) => {
    const isReported = deleted.has(by === "id" ? String(value) : keyOf(value))
    const unreported = report.complete ? "NotFound" : "Unknown"
    return { _tag: "Done", input, value: isReported ? "Deleted" : unreported, attempts }
  }
}
