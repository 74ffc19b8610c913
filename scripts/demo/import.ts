/**
 * Writes the contacts of a file to NP6.
 *
 * @module
 */
import { type CommonFailure, type FieldValues, type Target, Targets } from "../../mod.ts"
import { Array, Effect, Result } from "effect"
import type { Contact } from "./contacts.ts"
import { makeProgress, type Screen } from "./screen.ts"

/** One target, as the file describes it. */
export interface Person {
  readonly id: string
  readonly address: string
  /** Of all its lines, the later over the earlier. */
  readonly values: FieldValues
}

/** A contact that wasn't written, and what the program saw. */
export interface Refused {
  readonly line: number
  readonly error: CommonFailure
}

/** What became of the contacts: each was written, or refused. */
export interface Imported {
  readonly people: ReadonlyArray<Person>
  readonly written: number
  readonly refused: ReadonlyArray<Refused>
}

/** The contacts that have the address of an earlier one, with the line of that one. */
export const repeats = (
  contacts: ReadonlyArray<Contact>,
): ReadonlyArray<{ readonly line: number; readonly of: number }> =>
  byAddress(contacts).flatMap(([first, ...later]) =>
    later.map((contact) => ({ line: contact.line, of: first.line }))
  )

const byAddress = (
  contacts: ReadonlyArray<Contact>,
): ReadonlyArray<Array.NonEmptyArray<Contact>> =>
  Object.values(Array.groupBy(contacts, (contact) => contact.address))

interface Outcome {
  readonly contact: Contact
  readonly result: Result.Result<Target, Refused["error"]>
}

const toPerson = (lines: ReadonlyArray<Outcome>): ReadonlyArray<Person> => {
  const written = lines.flatMap(({ contact, result }) =>
    Result.isSuccess(result) ? [{ ...contact, id: result.success.id }] : []
  )
  const values = written.reduce<FieldValues>((all, one) => ({ ...all, ...one.values }), {})
  return written.slice(0, 1).map(({ id, address }) => ({ id, address, values }))
}

/**
 * Upserts all contacts, eight addresses at a time, with a progress line. A contact that is refused
 * doesn't stop the others.
 */
export const importAll = Effect.fnUntraced(function* (
  contacts: ReadonlyArray<Contact>,
): Effect.fn.Return<Imported, never, Targets | Screen> {
  const targets = yield* Targets
  const advance = yield* makeProgress(contacts.length, "contacts upserted")

  const upsert = (contact: Contact): Effect.Effect<Outcome> =>
    targets.upsert(contact.address, contact.values).pipe(
      Effect.result,
      Effect.map((result) => ({ contact, result })),
      Effect.tap(advance),
    )
  const outcomes = yield* Effect.forEach(
    byAddress(contacts),
    // Lines with one address go one after the other, so that the last of the file has the last word.
    (lines) => Effect.forEach(lines, upsert),
    { concurrency: 8 },
  )

  const people = outcomes.flatMap(toPerson)
  const refused = outcomes.flat().flatMap(({ contact: { line }, result }) =>
    Result.isFailure(result) ? [{ line, error: result.failure }] : []
  )
  return { people, written: contacts.length - refused.length, refused }
})
