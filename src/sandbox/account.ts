import * as Result from "effect/Result"
import {
  defaultSeed,
  type SandboxSeed,
  type SeedField,
  type SeedKey,
  type SeedRateLimit,
  type SeedSegment,
} from "./Seed.ts"

/** All of a seed that requests cannot change. */
export interface Account {
  readonly fields: ReadonlyArray<SeedField>
  /** The fields that together identify a target, in the account's order. */
  readonly unicity: ReadonlyArray<SeedField>
  /** By id, as text, and by name: writes are keyed by either. */
  readonly fieldByKey: ReadonlyMap<string, SeedField>
  readonly segments: ReadonlyMap<number, SeedSegment>
  /** By value. */
  readonly keys: ReadonlyMap<string, SeedKey>
  readonly rateLimit: SeedRateLimit | undefined
  readonly bulkDeleteAnswer: SandboxSeed["bulkDeleteAnswer"]
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

/** Types whose values can be given in a query string, one value a field. */
const identifying: ReadonlySet<string> = new Set(["textField", "email", "phone", "numeric"])

const firstRepeated = <A>(values: Iterable<A>): A | undefined => {
  const seen = new Set<A>()
  for (const value of values) {
    if (seen.has(value)) return value
    seen.add(value)
  }
  return undefined
}

const problemOf = (field: SeedField): string | undefined => {
  const isList = field.type === "singleSelectList" || field.type === "multipleSelectList"
  const { values = [] } = field
  if (/^\d+$/.test(field.name)) return "is named like a field id"
  if (isList && values.length === 0) return "is a list without values"
  if (!isList && field.values !== undefined) return "has values and is not a list"
  if (firstRepeated(values.map((one) => one.toLowerCase())) !== undefined) {
    return "has a value twice (case is not regarded)"
  }
  if (field.isUnicity === true && !identifying.has(field.type)) {
    return `cannot identify a target: its type is ${field.type}`
  }
  return undefined
}

export const makeAccount = (seed: SandboxSeed): Result.Result<Account, string> => {
  const fields = seed.fields ?? defaultSeed.fields
  const segments = seed.segments ?? defaultSeed.segments
  const keys = [fullKey, readOnlyKey, ...(seed.keys ?? [])]

  const repeated: ReadonlyArray<readonly [what: string, value: string | number | undefined]> = [
    ["two fields with id", firstRepeated(fields.map((field) => field.id))],
    ["two fields named", firstRepeated(fields.map((field) => field.name))],
    ["two segments with id", firstRepeated(segments.map((segment) => segment.id))],
    ["two keys named", firstRepeated(keys.map((key) => key.name))],
  ]
  for (const [what, value] of repeated) {
    if (value !== undefined) return Result.fail(`there are ${what} ${value}.`)
  }
  if (firstRepeated(keys.map((key) => key.value)) !== undefined) {
    return Result.fail("two keys have the same value.")
  }
  for (const field of fields) {
    const problem = problemOf(field)
    if (problem !== undefined) return Result.fail(`field ${field.id} (${field.name}) ${problem}.`)
  }
  const unicity = fields.filter((field) => field.isUnicity === true)
  if (unicity.length === 0) {
    return Result.fail("no field has isUnicity, so no target could be identified.")
  }
  return Result.succeed({
    fields,
    unicity,
    fieldByKey: new Map(
      fields.flatMap((field) => [[String(field.id), field], [field.name, field]] as const),
    ),
    segments: new Map(segments.map((segment) => [segment.id, segment])),
    keys: new Map(keys.map((key) => [key.value, key])),
    rateLimit: seed.rateLimit,
    bulkDeleteAnswer: seed.bulkDeleteAnswer,
  })
}
