/**
 * What an import does with each contact.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import * as Bulk from "../bulk/Bulk.ts"
import type { CommonFailure, Conflict, NotFound } from "../client/Errors.ts"
import { Targets } from "../targets/Targets.ts"
import type { Contact } from "./Mapping.ts"

/** A row that is sent. */
export interface SentRow {
  /** Its index in its chunk. */
  readonly i: number
  readonly n: number
  readonly line: number
  readonly contact: Contact
  /** Two rows of one contact have the same. */
  readonly key: string
  /** What is sent, as text; where only what has changed is. */
  readonly content: string
}

/** How a row can fail at NP6. */
export type RowFailure = CommonFailure | NotFound | Conflict<"DynamicSegment">

/** The outcome of a row. */
export type RowOutcome = Bulk.Outcome<SentRow, unknown, RowFailure>

/** What is done with the rows of a chunk. */
export type SendRows = (
  rows: Stream.Stream<SentRow>,
  options: Bulk.BulkOptions<SentRow, unknown, RowFailure>,
) => Stream.Stream<RowOutcome, CommonFailure, Targets>

/** What an import does with each contact. Doing it twice is doing it once. */
export interface ImportOperation {
  /** Names it, with what it works on: an import goes on with the same one only. */
  readonly description: string
  /** Whether the last row of a contact must be the last that is sent. */
  readonly isOrdered: boolean
  /** Whether it needs no more of a row than what tells contacts apart. */
  readonly needsUnicityAlone: boolean
  readonly send: SendRows
}

const each = (
  call: (targets: Targets["Service"], contact: Contact) => Effect.Effect<unknown, RowFailure>,
): SendRows =>
(rows, options) =>
  Bulk.forEach<SentRow, unknown, RowFailure, Targets>(
    ({ contact }) => Targets.use((targets) => call(targets, contact)),
    { ...options, key: ({ key }) => key },
  )(rows)

/** Creates or updates each contact: `targets.upsert`. */
export const upsert = (): ImportOperation => ({
  description: "upsert",
  isOrdered: true,
  needsUnicityAlone: false,
  send: each((targets, { unicity, values }) => targets.upsert(unicity, values)),
})

/** Creates or updates each contact, and puts it into a segment: `targets.ensureInSegment`. */
export const ensureInSegment = (segment: number): ImportOperation => ({
  description: `ensureInSegment ${segment}`,
  isOrdered: true,
  needsUnicityAlone: false,
  send: each((targets, { unicity, values }) => targets.ensureInSegment(unicity, values, segment)),
})

/** Takes each contact out of a segment. One that NP6 doesn't have isn't in it, which is done, too. */
export const removeFromSegment = (segment: number): ImportOperation => ({
  description: `removeFromSegment ${segment}`,
  isOrdered: false,
  needsUnicityAlone: true,
  send: each((targets, { unicity }) =>
    Effect.flatMap(
      targets.find(unicity),
      Option.match({
        onNone: () => Effect.void,
        onSome: ({ id }) =>
          // It was deleted, or taken out, in between.
          Effect.catchTag(targets.removeFromSegment(id, segment), "NotFound", () => Effect.void),
      }),
    )
  ),
})

/** Deletes each contact, a hundred a request. */
export const deleteContacts = (): ImportOperation => ({
  description: "delete",
  isOrdered: false,
  needsUnicityAlone: true,
  send: (rows, options) =>
    Bulk.delete("unicity", ({ contact }: SentRow) => contact.unicity, options)(rows),
})
