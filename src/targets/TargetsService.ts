/**
 * The operations on targets, as types.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { CommonFailure, Conflict, NotFound } from "../client/Errors.ts"
import type { Np6Response, WithResponse } from "../client/Np6Response.ts"
import type { FieldValues } from "../data/Field.ts"
import type { DeletionReport, Selection } from "../data/Selection.ts"
import type { ListedTarget, Target } from "../data/Target.ts"
import type { UnicityInput } from "../data/Unicity.ts"

/**
 * The operations on targets that return one value: {@link TargetsService} has them as they are, its
 * `withResponse` with the response around each value.
 *
 * Identifiers and values are plain strings, numbers and objects. They are checked and copied when the
 * effect runs; a bad one is `InvalidInput` in the error channel, and nothing is sent. Each operation's error type is what the API page documents for
 * its endpoint, and {@link CommonFailure}.
 *
 * Values that are written: `null` clears a field, `[]` a multiple-select list, and a field that
 * isn't named keeps its value. In a {@link Target} that is read, a field without a value is `null`.
 *
 * An attempt *may have been applied* when no response says whether it was: the response was lost, or
 * it is a 5xx or 408. Every operation but `create` may be retried then, because doing it twice changes
 * no more than doing it once. Where NP6's response to the retry differs from its response to a first
 * attempt, the operation says below what counts as success.
 */
export interface TargetsOperations {
  /**
   * All targets of the account, as one array: `GET /targets`.
   *
   * The endpoint has no pages and no filter, so this holds the whole account in memory; `stream`
   * doesn't. NP6's current documentation no longer mentions it. `[]` says that the account has no
   * targets: a list that breaks off is requested again or fails, and is never returned short.
   */
  readonly list: Effect.Effect<
    ReadonlyArray<ListedTarget>,
    CommonFailure
  >
  /** The target with an id: `GET /targets/{id}`. Fails with `NotFound` when there is none. */
  readonly get: (
    id: string,
  ) => Effect.Effect<Target, CommonFailure | NotFound>
  /**
   * The target with a unicity: `GET /targets?unicity=…`. Fails with `NotFound` when there is none,
   * whether NP6 says so with 404 or with `null`, `{}` or `[]` in place of a target.
   */
  readonly getByUnicity: (
    unicity: UnicityInput,
  ) => Effect.Effect<Target, CommonFailure | NotFound>
  /**
   * The target with a unicity, if there is one: `GET /targets?unicity=…`, as `getByUnicity` with an
   * `Option` in place of `NotFound`.
   */
  readonly find: (
    unicity: UnicityInput,
  ) => Effect.Effect<Option.Option<Target>, CommonFailure>
  /**
   * Creates the target with a unicity, or updates the one that has it: `PUT /targets?unicity=…`.
   *
   * Put the unicity's own field among the values as well: of NP6's two descriptions of this request,
   * one finds it in the query and one in the body. It must be the same in both: another one in the
   * body may rename the target, and a retry would then look for the old name. Fields that aren't named keep their values. There
   * is no `NotFound` and no `Conflict`: NP6 documents neither here, so a 404 or a 409 is
   * `UnexpectedResponse`.
   */
  readonly upsert: (
    unicity: UnicityInput,
    values: FieldValues,
  ) => Effect.Effect<Target, CommonFailure>
  /**
   * Creates a target: `POST /targets`. Fails with `Conflict` (`UnicityTaken`) when there is one with
   * its unicity. The values must hold the unicity; `{}` is `InvalidInput`.
   *
   * Not retried when an attempt may have been applied, unless {@link RetryPolicy.RetryPolicy.replayCreate} says
   * so. Then a 409 stays `Conflict`, with `applied: "unknown"`: the target that is there may be what
   * the first attempt made.
   */
  readonly create: (
    values: FieldValues,
  ) => Effect.Effect<Target, CommonFailure | Conflict<"UnicityTaken">>
  /**
   * Updates the target with an id: `PUT /targets/{id}`. Fields that aren't named keep their values.
   * Fails with `NotFound` when there is none, and with `Conflict` (`UnicityTaken`) when another
   * target has the new unicity.
   */
  readonly update: (
    id: string,
    values: FieldValues,
  ) => Effect.Effect<Target, CommonFailure | NotFound | Conflict<"UnicityTaken">>
  /**
   * Adds a target to a static segment: `POST /targets/{id}/segments/{segment}`. Fails with
   * `NotFound` when there is no such target or segment, and with `Conflict` (`AlreadyInSegment`) when
   * the target is in there. After an attempt that may have been applied, a 409 is success. (NP6 doesn't
   * document whether a dynamic segment gives a 409 as well; `ensureInSegment` finds that out.)
   */
  readonly addToSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, CommonFailure | NotFound | Conflict<"AlreadyInSegment">>
  /**
   * Removes a target from a static segment: `DELETE /targets/{id}/segments/{segment}`. Fails with
   * `NotFound` when there is no such target or segment, and with `Conflict` (`DynamicSegment`) when a
   * query decides who is in it. After an attempt that may have been applied, a 404 is success. NP6
   * doesn't document its response for a target that isn't in the segment.
   */
  readonly removeFromSegment: (
    id: string,
    segment: number,
  ) => Effect.Effect<void, CommonFailure | NotFound | Conflict<"DynamicSegment">>
  /**
   * Makes sure that there is a target with a unicity and these values, and that it is in a static
   * segment: an `upsert`, then an `addToSegment` for which "already in it" is success. Returns the
   * target of the upsert.
   *
   * An error is about the request that failed, which its `operation` names: `targets.addToSegment`
   * with `applied: "no"` means that the target is written and not added. NP6's 409 doesn't say whether
   * the target is in the segment or the segment is dynamic, so the segment is read at the first 409
   * (`GET /segments/{segment}`): in a dynamic one the call fails with `Conflict` (`DynamicSegment`).
   * Where the key may not read it, a 409 counts as "already in it".
   */
  readonly ensureInSegment: (
    unicity: UnicityInput,
    values: FieldValues,
    segment: number,
  ) => Effect.Effect<Target, CommonFailure | NotFound | Conflict<"DynamicSegment">>
  /**
   * Deletes a target: `DELETE /targets/{id}`. Fails with `NotFound` when there is none; after an
   * attempt that may have been applied, a 404 is success.
   */
  readonly delete: (
    id: string,
  ) => Effect.Effect<void, CommonFailure | NotFound>
  /**
   * Deletes the targets of a selection: `DELETE /targets` with the selection as its body.
   *
   * `NotFound` when NP6 finds none of them; those of several that it doesn't find are just not in the
   * report. After an attempt that may have been applied, a 404 is success, and the report says that it is incomplete:
   * an empty `deleted` means "nothing" only where `complete` is `true`.
   */
  readonly deleteMany: (
    selection: Selection,
  ) => Effect.Effect<DeletionReport, CommonFailure | NotFound>
}

/**
 * What {@link Targets} provides: the {@link TargetsOperations}, the list as a stream, and
 * `withResponse`.
 */
export interface TargetsService extends TargetsOperations {
  /**
   * All targets of the account, one after the other while they arrive, in constant memory.
   *
   * Nothing is retried once the response has begun. When it breaks off, falls silent for `timeout`
   * or doesn't decode, the stream fails, and the error's `delivered` says how many targets came
   * before: a list that merely ends early is never taken for a whole one.
   */
  readonly stream: Stream.Stream<ListedTarget, CommonFailure>
  /** The same operations but `stream`, returning each value in its {@link Np6Response}. */
  readonly withResponse: WithResponse<TargetsOperations> & {
    /**
     * The head of the list's response, and its targets while they arrive. Run the stream once, in the
     * same scope; when the scope closes, what isn't read is cancelled.
     */
    readonly stream: Effect.Effect<
      Np6Response<TargetsService["stream"]>,
      CommonFailure,
      Scope.Scope
    >
  }
}
