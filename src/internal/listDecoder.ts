/**
 * The decoder of lists: nearly every listed target looks the same and is read by hand, all others by
 * the schema. A list may have a million, and the schema costs several times what parsing does.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Fields } from "../Field.ts"
import { ListedTarget } from "../Target.ts"
import { isExact, isTargetId } from "./checks.ts"
import { isYearOne, parseInstant } from "./instant.ts"

const decodeBySchema = Schema.decodeUnknownResult(ListedTarget)

/** Decodes the elements of one list. */
export type ListDecoder = (json: unknown) => Result.Result<ListedTarget, Schema.SchemaError>

/** Makes the decoder of one list. */
export const makeListDecoder = (): ListDecoder => {
  const toInstant = makeInstants()
  return (json) => {
    const target = readPlain(json, toInstant)
    return target === undefined ? decodeBySchema(json) : Result.succeed(target)
  }
}

const maxInstants = 4096

/**
 * NP6's dates are of whole minutes, and imports make thousands of targets in one: the same few dates
 * come again and again, and making one costs as much as parsing a target.
 */
const makeInstants = (): (text: string) => DateTime.Utc | undefined => {
  const known = new Map<string, DateTime.Utc>()
  return (text) => {
    const instant = known.get(text)
    if (instant !== undefined) return instant
    const millis = parseInstant(text)
    if (Number.isNaN(millis) || isYearOne(millis)) return undefined
    if (known.size === maxInstants) known.clear()
    const made = DateTime.makeUnsafe(millis)
    known.set(text, made)
    return made
  }
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isPlainFields = (fields: unknown): fields is Fields => {
  if (!isRecord(fields)) return false
  for (const key in fields) {
    const value = fields[key]
    const isPlain = value === null || typeof value === "string" || typeof value === "boolean" ||
      (typeof value === "number" && isExact(value))
    if (!isPlain) return false
  }
  return true
}

/** Reads a target that has everything in its usual form; `undefined` leaves it to the schema. */
const readPlain = (
  json: unknown,
  toInstant: (text: string) => DateTime.Utc | undefined,
): ListedTarget | undefined => {
  if (!isRecord(json)) return undefined
  const { id, creationDate, lastUpdateDate, fields } = json
  if (typeof id !== "string" || !isTargetId(id)) return undefined
  if (typeof creationDate !== "string" || typeof lastUpdateDate !== "string") return undefined
  if (!isPlainFields(fields)) return undefined
  const created = toInstant(creationDate)
  const updated = toInstant(lastUpdateDate)
  return created === undefined || updated === undefined
    ? undefined
    : { id, creationDate: created, lastUpdateDate: updated, fields }
}
