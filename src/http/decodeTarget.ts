/**
 * The decoders of targets. Nearly every target has the same form and is read by hand, all others by
 * the schema: a list may have a million, and the schema costs several times as much as parsing.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Fields } from "../data/Field.ts"
import { ListedTarget, Target } from "../data/Target.ts"
import { isTargetId, type TargetId } from "../data/Ids.ts"
import { isExact } from "../data/number.ts"
import type { ParseElements } from "./arrayParser.ts"
import { isYearOne, parseInstant } from "../data/instant.ts"

/** Decodes one target. */
export type Decoder<A> = (json: unknown) => Result.Result<A, Schema.SchemaError>

const listedBySchema = Schema.decodeUnknownResult(ListedTarget)
const targetBySchema = Schema.decodeUnknownResult(Target)

/** Decodes an element of a list. */
export const decodeListed: Decoder<ListedTarget> = (json) => {
  const target = Predicate.isObject(json) ? readPlain(json, makeListedInstant) : undefined
  return target === undefined ? listedBySchema(json) : Result.succeed(target)
}

// A text beyond this holds an element that is anything but usual.
const maxUsual = 65_536

// Fields whose values are no arrays and exact; JSON.parse has the last word on them. No text matches
// in two ways, so that one which doesn't match takes linear time to fail.
const usual =
  /\{"id":"([\w-]{1,64})","creationDate":"([^"\\]{20})","lastUpdateDate":"([^"\\]{20})","fields":(\{(?:"(?:[^"\\]|\\.)*":(?:"(?:[^"\\]|\\.)*"|null|true|false|-?\d{1,15}(?:\.\d+)?),?)*\})\}(?:,(?=\{)|$)/y

/**
 * Parses and decodes elements of a list, with commas between: as `JSON.parse` and the schema do, which
 * see those that aren't of the usual form.
 *
 * Taking most of them apart without `JSON.parse` is faster, but first of all it is smaller: V8 keeps
 * every text of up to ten characters that it parses, like an id, until it collects old garbage.
 */
export const parseListed: ParseElements<ListedTarget | Schema.SchemaError> = (text, byJson) => {
  const elements: Array<ListedTarget | Schema.SchemaError> = []
  let at = 0
  const end = text.length > maxUsual ? 0 : text.length
  while (at < end) {
    usual.lastIndex = at
    const match = usual.exec(text)
    if (match === null) break
    const [, id = "", creationDate = "", lastUpdateDate = "", values = ""] = match
    if (!isTargetId(id)) break
    const fields: Fields = JSON.parse(values)
    const target = makePlain(id, creationDate, lastUpdateDate, fields, makeListedInstant)
    if (target === undefined) break
    elements.push(target)
    at = usual.lastIndex
  }
  if (at === text.length) return elements
  for (const json of byJson(text.slice(at))) {
    const target = decodeListed(json)
    elements.push(Result.isSuccess(target) ? target.success : target.failure)
  }
  return elements
}

/** Decodes a target with all its fields. */
export const decodeTarget: Decoder<Target> = (json) => {
  if (!Predicate.isObject(json) || !hasPlainRest(json)) return targetBySchema(json)
  const target = readPlain(json, DateTime.makeUnsafe)
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

type MakeInstant = (millis: number) => DateTime.Utc

const toInstant = (wire: unknown, make: MakeInstant): DateTime.Utc | undefined => {
  const millis = parseInstant(wire)
  return Number.isNaN(millis) || isYearOne(millis) ? undefined : make(millis)
}

const byEffect = DateTime.makeUnsafe(0)

// Effect defines `partsUtc`, its cache of the parts of a date, as a property that isn't enumerable.
// That is nine tenths of the cost of an instant, and a list of a million targets has two million of
// them; here the property comes when parts are asked for. The cast holds because the prototype is
// Effect's, and the one other property is set.
const ListedInstant = function (this: { epochMilliseconds: number }, millis: number): void {
  this.epochMilliseconds = millis
} as unknown as new (millis: number) => DateTime.Utc
ListedInstant.prototype = Object.getPrototypeOf(byEffect)

/** Makes an instant of a list: Effect itself does where a later version gives it other properties. */
export const makeListedInstant: MakeInstant =
  Object.getOwnPropertyNames(byEffect).join() === "epochMilliseconds,partsUtc"
    ? (millis) => new ListedInstant(millis)
    : DateTime.makeUnsafe

/** Reads what all targets have, in its usual form; `undefined` leaves it to the schema. */
const readPlain = (
  json: { readonly [key: string]: unknown },
  make: MakeInstant,
): ListedTarget | undefined => {
  const { id, creationDate, lastUpdateDate, fields } = json
  return typeof id === "string" && isTargetId(id) && isPlainFields(fields)
    ? makePlain(id, creationDate, lastUpdateDate, fields, make)
    : undefined
}

const makePlain = (
  id: TargetId,
  creationDate: unknown,
  lastUpdateDate: unknown,
  fields: Fields,
  make: MakeInstant,
): ListedTarget | undefined => {
  const created = toInstant(creationDate, make)
  if (created === undefined) return undefined
  const updated = lastUpdateDate === creationDate ? created : toInstant(lastUpdateDate, make)
  return updated && { id, creationDate: created, lastUpdateDate: updated, fields }
}
