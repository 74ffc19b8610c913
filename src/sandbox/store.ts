import * as Digest from "effect/crypto/Digest"
import * as Result from "effect/Result"
import type { SeedBounce, SeedTarget } from "./Seed.ts"
import type { SandboxAccount } from "./account.ts"
import { checkValue, type FieldContent } from "./values.ts"

/**
 * A target as the server keeps it. Dates are epoch milliseconds; those that the server sets are of a
 * whole minute, as NP6's are.
 */
export interface Contact {
  readonly id: string
  readonly creationDate: number
  readonly lastUpdateDate: number
  /** By field id; an unset field is not there. */
  readonly values: ReadonlyMap<number, FieldContent>
  readonly segments: ReadonlySet<number>
  readonly bounce: ReadonlyArray<SeedBounce>
  readonly redList: NonNullable<SeedTarget["redList"]>
}

/** A row that is yet to be checked and kept; without an id it gets the next one. */
export interface Draft extends Omit<Contact, "id"> {
  readonly id?: string | undefined
  /** Whether it comes from a seed, where mandatory fields may be missing. */
  readonly isSeeded?: boolean
}

/** All that requests change. Rows are replaced, never altered, so a snapshot stays as it was. */
export interface Store {
  /** By id, in order of creation. */
  readonly rows: Map<string, Contact>
  /** Ids by unicity. */
  readonly ids: Map<string, string>
  nextId: number
  /** Goes up with every change: how the log knows that a request was applied. */
  revision: number
}

export interface WriteRefusal {
  readonly problem: string
  /** The key of the entry that is wrong, if one is. */
  readonly key?: string
  /** Whether another target has the unicity. */
  readonly isConflict: boolean
}

/** Field keys, ids or names, with the values written to them. */
export type Entries = ReadonlyArray<readonly [key: string, value: unknown]>

/** The words of the real server. */
export const unidentified = "target cannot be identified - unicity is null"

/** The id of the API page's samples comes first. Ids are base 36, in upper case. */
const firstId = Number.parseInt("000MLGPR", 36)

export const makeStore = (): Store => ({
  rows: new Map(),
  ids: new Map(),
  nextId: firstId,
  revision: 0,
})

const minute = 60_000

export const wholeMinute = (millis: number): number => Math.floor(millis / minute) * minute

export const draft = (now: number): Draft => ({
  creationDate: wholeMinute(now),
  lastUpdateDate: wholeMinute(now),
  values: new Map(),
  segments: new Set(),
  bounce: [],
  redList: {},
})

const unicityKey = (values: ReadonlyArray<string>): string => JSON.stringify(values)

export const unicityOf = (
  account: SandboxAccount,
  row: Pick<Contact, "values">,
): ReadonlyArray<string> => account.unicity.map((field) => String(row.values.get(field.id)))

/** Compared letter by letter: whether NP6 regards case is unknown. */
export const findByUnicity = (
  store: Store,
  unicity: ReadonlyArray<string>,
): Contact | undefined => {
  const id = store.ids.get(unicityKey(unicity))
  return id === undefined ? undefined : store.rows.get(id)
}

const hashes = new WeakMap<Contact, string>()

/** Lower-case hex MD5 of the unicity, in UTF-8; of several values written one after the other. */
export const hashOf = (account: SandboxAccount, row: Contact): string | undefined => {
  const known = hashes.get(row)
  if (known !== undefined) return known
  const digest = Digest.md5.implementation?.(
    new TextEncoder().encode(unicityOf(account, row).join("")),
  )
  const hash = digest && Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
  if (hash !== undefined) hashes.set(row, hash)
  return hash
}

const allocateId = (store: Store): string => {
  for (;;) {
    const id = store.nextId.toString(36).toUpperCase().padStart(8, "0")
    store.nextId += 1
    if (!store.rows.has(id)) return id
  }
}

const invalid = (problem: string, key?: string): Result.Result<never, WriteRefusal> =>
  Result.fail({ problem, isConflict: false, ...(key === undefined ? {} : { key }) })

/** The unicity that the entries themselves give, or `undefined` when part of it is missing. */
export const unicityIn = (
  account: SandboxAccount,
  entries: Entries,
): ReadonlyArray<string> | undefined => {
  const values = account.unicity.map((field) =>
    entries.find(([key]) => account.fieldByKey.get(key) === field)?.[1]
  )
  return values.every((value) => value !== undefined && value !== null && value !== "")
    ? values.map(String)
    : undefined
}

/** Merges the entries into the draft and keeps the outcome, if it may be kept. */
export const write = (
  account: SandboxAccount,
  store: Store,
  draft: Draft,
  entries: Entries,
): Result.Result<Contact, WriteRefusal> => {
  const values = new Map(draft.values)
  const written = new Set<number>()
  for (const [key, value] of entries) {
    const field = account.fieldByKey.get(key)
    if (field === undefined) return invalid(`${JSON.stringify(key)} is not a field`, key)
    if (written.has(field.id)) return invalid(`field ${field.id} is given twice`, key)
    written.add(field.id)
    const checked = checkValue(value, field)
    if (Result.isFailure(checked)) return invalid(`field ${field.id} takes ${checked.failure}`, key)
    if (checked.success === null) values.delete(field.id)
    else values.set(field.id, checked.success)
  }

  if (account.unicity.some((field) => (values.get(field.id) ?? "") === "")) {
    return invalid(unidentified)
  }
  const { id: givenId, isSeeded = false, ...contact } = draft
  // An account may hold targets that lack a mandatory field; an update may leave them as they are.
  const mayLack = (field: number): boolean =>
    isSeeded || (givenId !== undefined && !draft.values.has(field))
  const missing = account.fields.find((field) =>
    field.isMandatory && !values.has(field.id) && !mayLack(field.id)
  )
  if (missing !== undefined) return invalid(`field ${missing.id} is mandatory`)

  const key = unicityKey(unicityOf(account, { values }))
  const holder = store.ids.get(key)
  if (holder !== undefined && holder !== givenId) {
    return Result.fail({ problem: "its unicity is taken", isConflict: true })
  }

  const id = givenId ?? allocateId(store)
  const row: Contact = { ...contact, id, values }
  const previous = store.rows.get(id)
  if (previous !== undefined) store.ids.delete(unicityKey(unicityOf(account, previous)))
  store.ids.set(key, id)
  store.rows.set(id, row)
  store.revision += 1
  return Result.succeed(row)
}

export const setSegments = (store: Store, row: Contact, segments: ReadonlySet<number>): void => {
  store.rows.set(row.id, { ...row, segments })
  store.revision += 1
}

/** The members of a segment, in order of creation. */
export const membersOf = (store: Store, segment: number): ReadonlyArray<Contact> =>
  [...store.rows.values()].filter((row) => row.segments.has(segment))

export const remove = (account: SandboxAccount, store: Store, row: Contact): void => {
  store.rows.delete(row.id)
  store.ids.delete(unicityKey(unicityOf(account, row)))
  store.revision += 1
}
