/**
 * Bulk work: each operation of {@link Targets} as a stream operator. A stream of inputs goes in, and a
 * stream of outcomes comes out, one for every input.
 *
 * - **A failed input is an outcome**, with its typed error; it doesn't end the stream. The error's
 *   `remedy` says what to do about it.
 * - **Callbacks** run once an input. They return a value, Effect's `Result`, or an `Effect`. What they
 *   fail with, and what they throw, is the input's `Failed`.
 * - **Memory and concurrency are bounded.** No more calls run at once than `concurrency`, and no more
 *   inputs than these are held in memory, besides one chunk of the source and a few inputs whose
 *   failure waits for a verdict.
 * - **Order.** Two inputs for the same target never overtake each other: the later one wins, as in the
 *   source. After a timeout, a request may still arrive at NP6, so this holds for requests that arrive
 *   in time.
 * - **A refused key ends the run.** The first call that is refused for its key, its rights or the
 *   connection holds back new inputs until the calls in flight have ended. When a request that was
 *   sent later was accepted, the refused one is sent once more, and the result is its outcome. When
 *   none was, one more request goes out to confirm it; when that is refused too, the run stops and the
 *   stream fails with that error. All inputs that met it are `NotTried`.
 * - **An outage costs no input.** While the connection's rate limit has found one, inputs stay where
 *   they are, no new ones are taken, and one request a second finds out whether it is over. What
 *   failed in it is sent again, as far as that is safe, and keeps its retries. An outage of more than
 *   `maxOutage` ends the run: what is open is `NotTried`, and the stream fails with the last error.
 *   With `RateLimit.none` no outage is found.
 * - **An interruption loses nothing**: `onUnfinished` gets the outcomes that weren't handed on.
 *
 * Retries and limits are those of the connection.
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
 *   Bulk.upsert(({ email, title }) => ({
 *     unicity: email,
 *     values: { 8101: title, 8103: email },
 *   })),
 *   Stream.filter((outcome) => outcome._tag === "Failed"),
 *   Stream.runForEach(({ input, error }) => {
 *     switch (error.remedy) {
 *       case "none":
 *         return Effect.void
 *       case "fix":
 *         return Effect.logWarning("change this input", input)
 *       case "retry":
 *         return Effect.logWarning("send it again in the next run", input)
 *       case "verify":
 *         return Effect.logWarning("look before it is sent again", input)
 *       case "setup":
 *         return Effect.logError("mend the setup, then send it again", error.message)
 *     }
 *   }),
 * )
 * ```
 *
 * @module
 */
import * as Arr from "effect/Array"
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Stream from "effect/Stream"
import type { CommonFailure, Conflict, InvalidInput, NotFound } from "../client/Errors.ts"
import type { FieldValues } from "../data/Field.ts"
import type { Target } from "../data/Target.ts"
import type { UnicityInput } from "../data/Unicity.ts"
import { receive, receiveEffect } from "./given.ts"
import type { BulkOptions, Deletion, Given, Operator, Outcome } from "./Outcome.ts"
import { run } from "./run.ts"
import { deleting, each, eachAdded, eachRemoved, idKey, unicityKey } from "./work.ts"

export { type ModelBulk, of } from "./ModelBulk.ts"
export type * from "./Outcome.ts"

/** The arguments of `targets.upsert` for an input. */
export interface Upsert {
  readonly unicity: UnicityInput
  readonly values: FieldValues
}

/** The arguments of `targets.update` for an input. */
export interface Update {
  readonly id: string
  readonly values: FieldValues
}

/**
 * Runs an effect of your own for every input, with the guarantees of the bulk operators. Inputs of the
 * same `key` never overtake each other.
 *
 * In an outage, and after a refusal that isn't confirmed, single requests are sent again, not the
 * whole effect.
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
  options: BulkOptions<I, A, E | InvalidInput> & {
    readonly key?: ((input: I) => string) | undefined
  } = {},
): <E2, R2>(
  inputs: Stream.Stream<I, E2, R2>,
) => Stream.Stream<Outcome<I, A, E | InvalidInput>, E2 | CommonFailure, R | R2> => {
  const operation = "bulk.forEach"
  const { key } = options
  return run<
    I,
    { readonly input: I; readonly key: string | undefined },
    A,
    E | InvalidInput,
    R,
    I,
    A,
    E | InvalidInput
  >({
    operation,
    prepare: (input) => receive(operation, () => Result.succeed({ input, key: key?.(input) })),
    key: key && (({ key }) => key),
    call: ({ input }) => receiveEffect(operation, () => call(input)),
    expand: Arr.of,
  }, options)
}

/**
 * Creates or updates a target for every input: `targets.upsert`.
 *
 * @example
 * ```ts
 * import { Bulk } from "@effect-np6/targets"
 * import { Stream } from "effect"
 *
 * const outcomes = Stream.make("a@b.c", "d@e.f").pipe(
 *   Bulk.upsert((email) => ({ unicity: email, values: { 8103: email } }), { concurrency: 8 }),
 * )
 * ```
 */
export const upsert = <I, E = never, R = never>(
  toCall: (input: I) => Given<Upsert, E, R>,
  options?: BulkOptions<I, Target, CommonFailure | E>,
): Operator<I, Target, CommonFailure | E, R> =>
  each({
    operation: "targets.upsert",
    callback: toCall,
    read: readUpsert,
    key: ({ unicity }) => unicityKey(unicity),
    call: (targets, { unicity, values }) => targets.upsert(unicity, values),
    options,
  })

// Read here, once: the key and the call are of the same values.
const readUpsert = ({ unicity, values }: Upsert): Result.Result<Upsert, never> =>
  Result.succeed({ unicity, values })

/** Creates a target for every input: `targets.create`. */
export const create = <I, E = never, R = never>(
  toValues: (input: I) => Given<FieldValues, E, R>,
  options?: BulkOptions<I, Target, CommonFailure | Conflict<"UnicityTaken"> | E>,
): Operator<I, Target, CommonFailure | Conflict<"UnicityTaken"> | E, R> =>
  each({
    operation: "targets.create",
    callback: toValues,
    read: Result.succeed,
    key: undefined,
    call: (targets, values: FieldValues) => targets.create(values),
    options,
  })

/** Updates the target of every input: `targets.update`. */
export const update = <I, E = never, R = never>(
  toCall: (input: I) => Given<Update, E, R>,
  options?: BulkOptions<I, Target, CommonFailure | NotFound | Conflict<"UnicityTaken"> | E>,
): Operator<I, Target, CommonFailure | NotFound | Conflict<"UnicityTaken"> | E, R> =>
  each({
    operation: "targets.update",
    callback: toCall,
    read: ({ id, values }: Update) => Result.succeed({ id, values }),
    key: ({ id }) => idKey(id),
    call: (targets, { id, values }) => targets.update(id, values),
    options,
  })

/**
 * Adds the target of every input to a segment: `targets.addToSegment`. A target that is in it already
 * is `Failed` with `Conflict`; with {@link ensureInSegment} it is `Done`.
 */
export const addToSegment = <I, E = never, R = never>(
  segment: number,
  toId: (input: I) => Given<string, E, R>,
  options?: BulkOptions<I, void, CommonFailure | NotFound | Conflict<"AlreadyInSegment"> | E>,
): Operator<I, void, CommonFailure | NotFound | Conflict<"AlreadyInSegment"> | E, R> =>
  eachAdded(segment, toId, options)

/** Removes the target of every input from a segment: `targets.removeFromSegment`. */
export const removeFromSegment = <I, E = never, R = never>(
  segment: number,
  toId: (input: I) => Given<string, E, R>,
  options?: BulkOptions<I, void, CommonFailure | NotFound | Conflict<"DynamicSegment"> | E>,
): Operator<I, void, CommonFailure | NotFound | Conflict<"DynamicSegment"> | E, R> =>
  eachRemoved(segment, toId, options)

/**
 * Makes sure that there is a target for every input and that it is in a segment:
 * `targets.ensureInSegment`. A target that is in the segment already is `Done`; in a dynamic segment,
 * whose members a query decides, each input is `Failed` with `Conflict` (`DynamicSegment`).
 *
 * An error is about the request that failed, which its `operation` names: with
 * `"targets.addToSegment"` and `applied: "no"`, the target is upserted and not in the segment.
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
export const ensureInSegment = <I, E = never, R = never>(
  segment: number,
  toCall: (input: I) => Given<Upsert, E, R>,
  options?: BulkOptions<I, Target, CommonFailure | NotFound | Conflict<"DynamicSegment"> | E>,
): Operator<I, Target, CommonFailure | NotFound | Conflict<"DynamicSegment"> | E, R> =>
  each({
    operation: "targets.ensureInSegment",
    callback: toCall,
    read: readUpsert,
    key: ({ unicity }) => unicityKey(unicity),
    call: (targets, { unicity, values }) => targets.ensureInSegment(unicity, values, segment),
    options,
  })

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
 *   Bulk.delete("unicity", (email) => email, { chunkSize: 500 }),
 * )
 * ```
 */
const deleteBy = <I, By extends "id" | "unicity", E = never, R = never>(
  by: By,
  toValue: (input: I) => Given<By extends "id" ? string : UnicityInput, E, R>,
  options?: BulkOptions<I, Deletion, CommonFailure | E> & {
    /** How many targets one request deletes. Default: 100; NP6 documents no limit. */
    readonly chunkSize?: number | undefined
  },
): Operator<I, Deletion, CommonFailure | E, R> =>
  deleting({ by, callback: toValue, read: Result.succeed, options })

export { deleteBy as delete }
