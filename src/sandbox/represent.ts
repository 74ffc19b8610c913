/** The account's parts as NP6 sends them. */
import { isYearOne, parseInstant } from "../data/instant.ts"
import type { FieldOfAccount, SandboxAccount } from "./account.ts"
import type { SeedBounce, SeedRedListEntry, SeedSegment, SeedValueList } from "./Seed.ts"
import * as Store from "./store.ts"

export const isoDate = (millis: number): string =>
  new Date(millis).toISOString().replace(".000Z", "Z")

/** An instant of a seed in ISO 8601; undefined where it is none. */
const isoOf = (timestamp: string | number | undefined): string | undefined => {
  const millis = parseInstant(timestamp)
  return Number.isNaN(millis) || isYearOne(millis) ? undefined : isoDate(millis)
}

const fieldsOf = (fields: ReadonlyArray<FieldOfAccount>, row: Store.Contact): object =>
  Object.fromEntries(fields.map((field) => [field.id, row.values.get(field.id) ?? null]))

/** A target by itself, in the account's dialect. */
export const targetJson = (account: SandboxAccount, row: Store.Contact): object => {
  const { target: shape } = account.dialect
  return {
    id: row.id,
    ...(shape === "withoutHash" ? {} : { hash: Store.hashOf(account, row) }),
    creationDate: isoDate(row.creationDate),
    lastUpdateDate: isoDate(row.lastUpdateDate),
    fields: fieldsOf(account.fields, row),
    ...(shape === "withoutBounces" ? {} : { bounce: row.bounce, redList: row.redList }),
  }
}

/** A target in a list: its unicity and nothing else. */
export const listedTargetJson = (account: SandboxAccount, row: Store.Contact): object => ({
  id: row.id,
  creationDate: isoDate(row.creationDate),
  lastUpdateDate: isoDate(row.lastUpdateDate),
  fields: fieldsOf(account.unicity, row),
})

export const fieldJson = (one: FieldOfAccount): object => ({
  type: one.type,
  id: one.id,
  name: one.name,
  isUnicity: one.isUnicity,
  isMandatory: one.isMandatory,
  ...(one.isCriterion === undefined ? {} : { isCriterion: one.isCriterion }),
  ...(one.constraint === undefined ? {} : { constraint: one.constraint }),
  ...(one.valueListId === undefined ? {} : { valueListId: one.valueListId }),
})

export const valueListJson = ({ id, name, ordered = false, values }: SeedValueList): object => ({
  id,
  name,
  ordered,
  values,
})

/** How many targets are in each segment. */
export const memberCounts = (store: Store.Store): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (const { segments } of store.rows.values()) {
    for (const id of segments) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

/** A segment in a list, where it has no description. */
export const listedSegmentJson = (
  account: SandboxAccount,
  one: SeedSegment,
  targetsCount: number,
): object => ({
  type: one.type,
  id: one.id,
  name: one.name,
  creation: isoOf(one.creation) ?? isoDate(Store.wholeMinute(account.startedAt)),
  expiration: isoOf(one.expiration ?? undefined) ?? null,
  isTest: one.isTest ?? false,
  targetsCount,
  ...(one.parentId === undefined ? {} : { parentId: one.parentId }),
  ...(one.searchId === undefined ? {} : { searchId: one.searchId }),
})

export const segmentJson = (
  account: SandboxAccount,
  one: SeedSegment,
  targetsCount: number,
): object => ({
  ...listedSegmentJson(account, one, targetsCount),
  description: one.description ?? "",
})

/** NP6's words for its numbers; the feed has words where a target has numbers. */
const bounceTypes: { readonly [type: number]: string } = {
  3: "validated",
  4: "soft",
  51: "hardDomain",
  52: "hardUser",
  53: "hardOther",
  54: "hardRules",
  6: "reportAsSpam",
}

const bounce = ({ field, reason, timestamp, type }: SeedBounce): object => ({
  type: bounceTypes[type] ?? String(type),
  fieldId: field,
  detail: { message: typeof reason === "string" ? reason : `reason ${reason}` },
  timestamp: isoOf(timestamp) ?? null,
})

/** A target in the feed of bounces. */
export const bouncedJson = (row: Store.Contact): object => ({
  id: row.id,
  bounces: row.bounce.map(bounce),
})

/** A target in the feed of a red list. */
export const redListedJson = (row: Store.Contact, entry: SeedRedListEntry): object => ({
  id: row.id,
  timestamp: isoOf(entry.timestamp) ?? null,
  origin: typeof entry.reason === "number" ? entry.reason : Number(entry.reason) || 0,
  detail: {},
})
