/**
 * What an account tells about itself, as types.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { CommonFailure, NotFound } from "../client/Errors.ts"
import type { WithResponse } from "../client/Np6Response.ts"
import type { AccountField } from "../data/AccountField.ts"
import type { AccountSegment } from "../data/AccountSegment.ts"
import type { BouncedTarget } from "../data/BouncedTarget.ts"
import type { TargetId } from "../data/Ids.ts"
import type { RedListedTarget } from "../data/RedListedTarget.ts"
import type { ValueList } from "../data/ValueList.ts"
import type { AmbiguousName, UnknownName } from "./NameErrors.ts"

/**
 * Which entries of a red list are read. Text is ISO 8601, in UTC where it names no offset; a day
 * (`"2016-06-10"`) is its midnight.
 *
 * NP6 takes both bounds as a date and a time, and doesn't document whether they are inclusive.
 */
export interface RedListPeriod {
  /** From when on. Default: from the beginning. */
  readonly start?: DateTime.DateTime | Date | string | undefined
  /** Until when. Default: until now. */
  readonly end?: DateTime.DateTime | Date | string | undefined
}

/**
 * The reads of an account: what {@link AccountService} has, and what its `withResponse` has with the
 * response around each value.
 *
 * They change nothing, so every failure of them has `applied: "no"`, and each may be retried.
 *
 * ## What is known of them
 *
 * Paths, shapes and statuses are those of two descriptions by NP6: its API pages of 2016 to 2018, and
 * its current reference (8.1.0). Where only one has an operation, it says so. The current reference
 * marks the operations on fields, value lists and segments as *deprecated*, and names nothing in
 * their place: NP6's own clients all rest on them. Types, operators, origins and codes that NP6
 * doesn't document are read as they come.
 *
 * ## Streams
 *
 * `segmentMembers`, `bounces` and `redList` are arrays of any length, read while they arrive, in
 * constant memory. Nothing is retried once the response has begun. When it breaks off, falls silent
 * for `timeout` or doesn't decode, the stream fails, and the error's `delivered` says how many
 * targets came before: what merely ends early is never taken for the whole.
 */
export interface AccountReads {
  /**
   * The fields of the account, in its order: `GET /fields`.
   *
   * Documented in both descriptions; *deprecated* in the current one.
   */
  readonly fields: Effect.Effect<
    ReadonlyArray<AccountField>,
    CommonFailure
  >
  /**
   * The value lists of the account, whose labels list fields take: `GET /valueLists`.
   *
   * In the current reference only, and *deprecated* there; NP6's shop modules of 2015 call it too.
   */
  readonly valueLists: Effect.Effect<
    ReadonlyArray<ValueList>,
    CommonFailure
  >
  /**
   * The segments of the account, without their descriptions: `GET /segments`.
   *
   * Documented in both descriptions; *deprecated* in the current one.
   */
  readonly segments: Effect.Effect<
    ReadonlyArray<AccountSegment>,
    CommonFailure
  >
  /**
   * The segment with an id: `GET /segments/{id}`. Fails with `NotFound` when there is none.
   *
   * Documented in both descriptions; *deprecated* in the current one.
   */
  readonly segment: (
    id: number,
  ) => Effect.Effect<AccountSegment, CommonFailure | NotFound>
  /**
   * The ids of the members of a segment, while they arrive: `GET /segments/{id}/targets`. Fails with
   * `NotFound` when there is no such segment.
   *
   * In the current reference only, and *deprecated* there. A comment of 2014 in NP6's PrestaShop
   * module says that the response holds the first 30 targets alone; compare with the `targetsCount` of
   * the segment before you rely on it.
   */
  readonly segmentMembers: (
    id: number,
  ) => Stream.Stream<TargetId, CommonFailure | NotFound>
  /**
   * How many targets the account has: `GET /targets/count`.
   *
   * In the current reference, and in NP6's CookBook.
   */
  readonly count: Effect.Effect<number, CommonFailure>
  /**
   * The targets to which messages could not be delivered, with all their bounces, while they arrive:
   * `GET /targets/bounces`.
   *
   * In NP6's API pages only, where they are called NPAI targets. The message of a bounce is personal
   * data: it often holds the person's address.
   */
  readonly bounces: Stream.Stream<BouncedTarget, CommonFailure>
  /**
   * The targets that no mail or no SMS may be sent to, while they arrive: `GET /targets/redlist/mail`
   * or `GET /targets/redlist/sms`.
   *
   * Documented in both descriptions, and the bounds of the period in the current one alone. That one
   * declares a response without content, which contradicts the older one: such a response is
   * `UnexpectedResponse` here, and not an empty list.
   */
  readonly redList: (
    list: "mail" | "sms",
    period?: RedListPeriod,
  ) => Stream.Stream<RedListedTarget, CommonFailure>
}

/**
 * What {@link Account} provides: the {@link AccountReads}, the same under `withResponse`, and the
 * look-ups by name.
 *
 * ## Names
 *
 * A look-up takes the name as NP6 shows it. Where nothing has that very name, letter case, accents
 * and spaces don't matter: `"prenom"` finds `Prénom`. Two that fit equally well are an
 * {@link AmbiguousName} and none is an {@link UnknownName}; neither is ever guessed at.
 *
 * What a name was found to be is kept for the life of the layer. For a name that wasn't looked up
 * before, or not found, the account is read at most once a minute, whatever the number of look-ups.
 */
export interface AccountService extends AccountReads {
  /**
   * The field with a name, from {@link AccountReads.fields}.
   *
   * @example
   * ```ts
   * import { Account, Targets } from "@effect-np6/targets"
   * import { Effect } from "effect"
   *
   * const rename = Effect.fn(function* (address: string, name: string) {
   *   const account = yield* Account
   *   const targets = yield* Targets
   *   const email = yield* account.fieldNamed("Email")
   *   const lastName = yield* account.fieldNamed("Last name")
   *   yield* targets.upsert(address, { [email.id]: address, [lastName.id]: name })
   * })
   * ```
   */
  readonly fieldNamed: (
    name: string,
  ) => Effect.Effect<
    AccountField,
    UnknownName | AmbiguousName | CommonFailure
  >
  /**
   * The segment with a name, from {@link AccountReads.segments}: as it was when it was found, so its
   * `targetsCount` is of then.
   */
  readonly segmentNamed: (
    name: string,
  ) => Effect.Effect<
    AccountSegment,
    UnknownName | AmbiguousName | CommonFailure
  >
  /** The reads, returning each value in its {@link Np6Response}. */
  readonly withResponse: WithResponse<AccountReads>
}
