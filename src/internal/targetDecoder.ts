/**
 * The decoders of targets: nearly every target looks the same and is read by hand, all others by the
 * schema. A list may have a million, and the schema costs several times what parsing does.
 *
 * @module
 */
import type * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Fields } from "../Field.ts"
import { ListedTarget, Target } from "../Target.ts"
import { isExact, isTargetId } from "./checks.ts"
import { isYearOne, makeInstant, parseInstant } from "./instant.ts"

/** Decodes one target. */
export type Decoder<A> = (json: unknown) => Result.Result<A, Schema.SchemaError>

const listedBySchema = Schema.decodeUnknownResult(ListedTarget)
const targetBySchema = Schema.decodeUnknownResult(Target)

/** Decodes an element of a list. */
export const decodeListed: Decoder<ListedTarget> = (json) => {
  const target = Predicate.isObject(json) ? readPlain(json) : undefined
  return target === undefined ? listedBySchema(json) : Result.succeed(target)
}

/** Decodes a target with all its fields. */
export const decodeTarget: Decoder<Target> = (json) => {
  if (!Predicate.isObject(json) || !hasPlainRest(json)) return targetBySchema(json)
  const target = readPlain(json)
  if (target === undefined) return targetBySchema(json)
  const { hash, bounce, redList } = json
  return Result.succeed({
    ...target,
    ...(typeof hash === "string" ? { hash } : {}),
    ...(bounce === undefined ? {} : { bounce: [] }),
    ...(redList === undefined ? {} : { redList: {} }),
  })
}

/** Whether a target has neither bounces nor red lists, in their usual form. */
const hasPlainRest = ({ hash, bounce, redList }: { readonly [key: string]: unknown }): boolean =>
  (hash === undefined || typeof hash === "string") &&
  (bounce === undefined || (Array.isArray(bounce) && bounce.length === 0)) &&
  (redList === undefined || (Predicate.isObject(redList) && Object.keys(redList).length === 0))

const isPlainFields = (fields: unknown): fields is Fields => {
  if (!Predicate.isObject(fields)) return false
  for (const key of Object.keys(fields)) {
    const value = fields[key]
    const isPlain = value === null || typeof value === "string" || typeof value === "boolean" ||
      (typeof value === "number" && isExact(value))
    if (!isPlain) return false
  }
  return true
}

const toInstant = (text: string): DateTime.Utc | undefined => {
  const millis = parseInstant(text)
  return Number.isNaN(millis) || isYearOne(millis) ? undefined : makeInstant(millis)
}

/** Reads what all targets have, in its usual form; `undefined` leaves it to the schema. */
const readPlain = (json: { readonly [key: string]: unknown }): ListedTarget | undefined => {
  const { id, creationDate, lastUpdateDate, fields } = json
  if (typeof id !== "string" || !isTargetId(id)) return undefined
  if (typeof creationDate !== "string" || typeof lastUpdateDate !== "string") return undefined
  if (!isPlainFields(fields)) return undefined
  const created = toInstant(creationDate)
  if (created === undefined) return undefined
  const updated = lastUpdateDate === creationDate ? created : toInstant(lastUpdateDate)
  return updated && { id, creationDate: created, lastUpdateDate: updated, fields }
}
