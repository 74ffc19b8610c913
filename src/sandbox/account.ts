import * as Result from "effect/Result"
import { parseInstant } from "../data/instant.ts"
import type { JsonPath } from "./jsonText.ts"
import {
  defaultSeed,
  type SandboxSeed,
  type SeedConstraint,
  type SeedDialect,
  type SeedField,
  type SeedFieldType,
  type SeedKey,
  type SeedRateLimit,
  type SeedSegment,
  type SeedValueList,
} from "./Seed.ts"

/** What is wrong with a seed, and where. */
export interface Problem {
  readonly problem: string
  readonly path: JsonPath
}

/** A field with its defaults, and the labels that it takes. */
export interface FieldOfAccount {
  readonly id: number
  readonly name: string
  readonly type: SeedFieldType
  readonly isUnicity: boolean
  readonly isMandatory: boolean
  readonly isCriterion: boolean | undefined
  readonly constraint: SeedConstraint | undefined
  readonly valueListId: number | undefined
  /** By lower-case label; undefined where any label will do. */
  readonly labels: ReadonlyMap<string, string> | undefined
}

/** All of a seed that requests cannot change. */
export interface SandboxAccount {
  readonly fields: ReadonlyArray<FieldOfAccount>
  /** The fields that together identify a target, in the account's order. */
  readonly unicity: ReadonlyArray<FieldOfAccount>
  /** By id, as text, and by name: writes are keyed by either. */
  readonly fieldByKey: ReadonlyMap<string, FieldOfAccount>
  readonly valueLists: ReadonlyMap<number, SeedValueList>
  readonly segments: ReadonlyMap<number, SeedSegment>
  /** By value. */
  readonly keys: ReadonlyMap<string, SeedKey>
  readonly rateLimit: SeedRateLimit | undefined
  readonly dialect: Required<SeedDialect>
  /** Epoch milliseconds of its start, for what has no date of its own. */
  readonly startedAt: number
}

export const fullKey: SeedKey = {
  name: "full",
  value: "sandbox-full-key",
  permissions: ["read", "write", "segment", "delete"],
}

export const readOnlyKey: SeedKey = {
  name: "readOnly",
  value: "sandbox-read-only-key",
  permissions: ["read"],
}

const defaultDialect: Required<SeedDialect> = {
  target: "all",
  createStatus: 200,
  conflictBody: "empty",
  bulkDelete: "list",
}

/** Types whose values can be given in a query string, one value a field. */
const identifying: ReadonlySet<string> = new Set(["textField", "email", "phone", "numeric"])

const isList = ({ type }: SeedField): boolean =>
  type === "singleSelectList" || type === "multipleSelectList"

/** The index of the first value that was there before. */
const firstRepeated = (values: ReadonlyArray<unknown>): number | undefined => {
  const seen = new Set<unknown>()
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) return index
    seen.add(value)
  }
  return undefined
}

const lower = (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.map((text) => text.toLowerCase())

const constraintProblem = (field: SeedField): string | undefined => {
  const { operator = 0, value = "" } = field.constraint ?? {}
  if (operator === 0) return undefined
  if (isList(field)) return "is a list and has a constraint"
  const bound = field.type === "date"
    ? parseInstant(value)
    : value.trim() === ""
    ? NaN
    : Number(value)
  if (!Number.isFinite(bound)) {
    return `has a constraint without a ${field.type === "date" ? "date" : "number"}`
  }
  return undefined
}

const fieldProblem = (field: SeedField): string | undefined => {
  const { values, valueListId = null } = field
  if (/^\d+$/.test(field.name)) return "is named like a field id"
  if (isList(field)) {
    if (values !== undefined && valueListId !== null) return "has both values and a valueListId"
    if (valueListId === null && (values ?? []).length === 0) return "is a list without values"
  } else if (values !== undefined || valueListId !== null) return "has values and is not a list"
  if (values !== undefined && firstRepeated(lower(values)) !== undefined) {
    return "has a value twice (case is not regarded)"
  }
  if (field.isUnicity === true && !identifying.has(field.type)) {
    return `cannot identify a target: its type is ${field.type}`
  }
  return constraintProblem(field)
}

const isDate = (value: string | null | undefined): boolean =>
  value === undefined || value === null || !Number.isNaN(parseInstant(value))

const segmentProblem = ({ creation, expiration }: SeedSegment): string | undefined =>
  isDate(creation)
    ? isDate(expiration) ? undefined : "has an expiration that is not a date"
    : "has a creation that is not a date"

/** The first problem of a seed, but for its targets. */
const problemOf = (
  fields: ReadonlyArray<SeedField>,
  valueLists: ReadonlyArray<SeedValueList>,
  segments: ReadonlyArray<SeedSegment>,
  keys: ReadonlyArray<SeedKey>,
): Problem | undefined => {
  // The two keys that every sandbox has come first, and stand in no seed.
  const own = 2
  const repeated: ReadonlyArray<
    readonly [part: string, what: string, values: ReadonlyArray<string | number>, hidden?: boolean]
  > = [
    ["fields", "fields with id", fields.map(({ id }) => id)],
    ["fields", "fields named", fields.map(({ name }) => name)],
    ["valueLists", "value lists with id", valueLists.map(({ id }) => id)],
    ["segments", "segments with id", segments.map(({ id }) => id)],
    ["keys", "keys named", keys.map(({ name }) => name)],
    ["keys", "keys with the same value", keys.map(({ value }) => value), true],
  ]
  for (const [part, what, values, hidden] of repeated) {
    const index = firstRepeated(values)
    if (index === undefined) continue
    const shown = hidden === true ? "" : ` ${values[index]}`
    return {
      problem: `there are two ${what}${shown}`,
      path: [part, part === "keys" ? index - own : index],
    }
  }
  for (const [index, field] of fields.entries()) {
    const problem = fieldProblem(field)
    if (problem !== undefined) {
      return { problem: `field ${field.id} (${field.name}) ${problem}`, path: ["fields", index] }
    }
  }
  for (const [index, segment] of segments.entries()) {
    const problem = segmentProblem(segment)
    if (problem !== undefined) {
      return { problem: `segment ${segment.id} ${problem}`, path: ["segments", index] }
    }
  }
  return fields.some((field) => field.isUnicity === true)
    ? undefined
    : { problem: "no field has isUnicity, so no target could be identified", path: ["fields"] }
}

/** Value lists of the seed, and those made for fields that have values of their own. */
const listsOf = (
  fields: ReadonlyArray<SeedField>,
  given: ReadonlyArray<SeedValueList>,
): {
  readonly lists: ReadonlyMap<number, SeedValueList>
  readonly idOf: (field: SeedField) => number | undefined
} => {
  const lists = new Map(given.map((list) => [list.id, list]))
  const own = new Map<number, number>()
  for (const { id, name, values } of fields) {
    if (values === undefined) continue
    let free = id
    while (lists.has(free)) free += 1
    own.set(id, free)
    lists.set(free, {
      id: free,
      name,
      ordered: false,
      values: values.map((value, index) => ({ index, value })),
    })
  }
  return { lists, idOf: (field) => field.valueListId ?? own.get(field.id) }
}

export const makeAccount = (
  seed: SandboxSeed,
  startedAt: number,
): Result.Result<SandboxAccount, Problem> => {
  const seedFields = seed.fields ?? defaultSeed.fields
  const segments = seed.segments ?? defaultSeed.segments
  const keys = [fullKey, readOnlyKey, ...(seed.keys ?? [])]
  const problem = problemOf(seedFields, seed.valueLists ?? [], segments, keys)
  if (problem !== undefined) return Result.fail(problem)

  const { idOf, lists } = listsOf(seedFields, seed.valueLists ?? [])
  const fields = seedFields.map((field): FieldOfAccount => {
    const valueListId = idOf(field)
    const labels = valueListId === undefined ? undefined : lists.get(valueListId)?.values
    return {
      id: field.id,
      name: field.name,
      type: field.type,
      isUnicity: field.isUnicity ?? false,
      isMandatory: field.isMandatory ?? false,
      isCriterion: field.isCriterion,
      constraint: field.constraint ?? undefined,
      valueListId,
      labels: labels && new Map(labels.map(({ value }) => [value.toLowerCase(), value])),
    }
  })
  return Result.succeed({
    fields,
    unicity: fields.filter((field) => field.isUnicity),
    fieldByKey: new Map(
      fields.flatMap((field) => [[String(field.id), field], [field.name, field]] as const),
    ),
    valueLists: lists,
    segments: new Map(segments.map((segment) => [segment.id, segment])),
    keys: new Map(keys.map((key) => [key.value, key])),
    rateLimit: seed.rateLimit,
    dialect: { ...defaultDialect, ...seed.dialect },
    startedAt,
  })
}
