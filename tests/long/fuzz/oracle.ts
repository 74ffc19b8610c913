/**
 * Whether what an operation returned is what its reply says, and nothing else.
 *
 * @module
 */
import {
  DeletedTarget,
  type DeletionReport,
  ListedTarget,
  Target,
  type TargetModel,
} from "../../../mod.ts"
import { Schema } from "effect"
import { isDeepStrictEqual } from "node:util"
import { decimal, get, type Json } from "./json.ts"

/** The library returned what it should not. */
export class Wrong extends Error {}

/** Throws {@link Wrong} unless something holds. */
export const ensure = (holds: boolean, what: string): void => {
  if (!holds) throw new Wrong(what)
}

const isNothing = (json: Json | undefined): boolean =>
  json === undefined || (json.kind === "atom" && json.text === "null")

/** A number is never rounded: an integer is exact, a fraction the double that is nearest to it. */
const sameNumber = (value: unknown, text: string): boolean => {
  if (typeof value !== "number" || !Number.isFinite(value)) return false
  const isInteger = /^-?\d+e\d+$|^0$/.test(decimal(text))
  return isInteger ? decimal(String(value)) === decimal(text) : value === Number(text)
}

const same = (value: unknown, json: Json): boolean => {
  if (json.kind === "string") return value === json.value
  if (json.kind === "array") {
    return Array.isArray(value) && value.length === json.items.length &&
      json.items.every((item, at) => same(value[at], item))
  }
  if (json.kind === "object") return false
  const word = { null: null, true: true, false: false }[json.text]
  return word === undefined ? sameNumber(value, json.text) : value === word
}

/** The values of a record, each under the last of its key's repetitions; none for another nothing. */
const checkRecord = (record: object, json: Json | undefined, what: string): void => {
  ensure(Object.getPrototypeOf(record) === Object.prototype, `${what} have another prototype`)
  const keys = json?.kind === "object" ? json.entries.map(([key]) => key) : []
  ensure(
    isDeepStrictEqual(new Set(Reflect.ownKeys(record)), new Set(keys)),
    `${what} have other keys`,
  )
  for (const key of keys) {
    const value: unknown = Object.getOwnPropertyDescriptor(record, key)?.value
    ensure(same(value, get(json, key) ?? { kind: "atom", text: "null" }), `${what} differ`)
  }
}

const number = /^-?\d+(?:\.\d+)?$/

const millisOf = (json: Json): number | undefined => {
  const text = json.kind === "atom" ? json.text : json.kind === "string" ? json.value : ""
  const isNumber = json.kind === "atom" || number.test(text)
  if (isNumber) return Math.round(Number(text) * (Math.abs(Number(text)) < 1e11 ? 1000 : 1))
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : undefined
}

interface Instant {
  readonly epochMilliseconds: number
}

const checkInstant = (instant: Instant | undefined, json: Json | undefined, what: string): void => {
  if (instant === undefined) {
    // Absent, empty, or in year 1.
    const millis = json === undefined || isNothing(json) ? undefined : millisOf(json)
    ensure(millis === undefined || new Date(millis).getUTCFullYear() === 1, `${what} is lost`)
    return
  }
  ensure(json !== undefined && !isNothing(json), `${what} is invented`)
  const expected = json === undefined ? undefined : millisOf(json)
  ensure(
    expected === undefined || expected === instant.epochMilliseconds,
    `${what} is another time`,
  )
}

const checkListed = (value: ListedTarget, json: Json): void => {
  const id = get(json, "id")
  ensure(id?.kind === "string" && id.value === value.id, "the id differs")
  checkRecord(value.fields, get(json, "fields"), "the fields")
  checkInstant(value.creationDate, get(json, "creationDate"), "creationDate")
  checkInstant(value.lastUpdateDate, get(json, "lastUpdateDate"), "lastUpdateDate")
}

// Known codes are names; what isn't known stays as it came.
const checkCode = (code: unknown, json: Json | undefined, what: string): void => {
  const isSame = code === undefined || code === null
    ? isNothing(json)
    : json !== undefined && (same(code, json) || typeof code === "string")
  ensure(isSame, `${what} differs`)
}

const checkRest = ({ bounce, hash, redList }: Target, json: Json): void => {
  const hashed = get(json, "hash")
  ensure(
    hash === undefined ? isNothing(hashed) : hashed !== undefined && same(hash, hashed),
    "hash",
  )
  const bounced = get(json, "bounce")
  const bounces = bounced?.kind === "array" ? bounced.items : []
  ensure((bounce ?? []).length === bounces.length, "bounces are lost")
  for (const [at, one] of (bounce ?? []).entries()) {
    const written = bounces[at]
    const field = get(written, "field")
    ensure(field !== undefined && same(one.field, field), "the field of a bounce differs")
    checkCode(one.type, get(written, "type"), "the type of a bounce")
    const reason = get(written, "reason")
    ensure(
      reason === undefined ? one.reason === undefined : same(one.reason, reason),
      "the reason of a bounce differs",
    )
    checkInstant(one.timestamp, get(written, "timestamp"), "the time of a bounce")
  }
  for (const list of ["mail", "sms"] as const) {
    const written = get(get(json, "redList"), list)
    ensure((redList?.[list] === undefined) === isNothing(written), `a red list is lost: ${list}`)
    checkCode(redList?.[list]?.reason, get(written, "reason"), "the reason of a red list")
    checkInstant(redList?.[list]?.timestamp, get(written, "timestamp"), "the time of a red list")
  }
}

/** Its own schema takes it, and it survives being written and read. */
const checkSchema = <A, E>(schema: Schema.Codec<A, E>): (value: A) => void => {
  const is = Schema.is(schema)
  const encode = Schema.encodeSync(schema)
  const decode = Schema.decodeUnknownSync(schema)
  return (value) => {
    ensure(is(value), "its schema doesn't take it")
    ensure(
      isDeepStrictEqual(decode(encode(value)), value),
      "it doesn't come back as it was written",
    )
  }
}

const checkTargetSchema = checkSchema(Target)
const checkListedSchema = checkSchema(ListedTarget)
const checkDeletedSchema = checkSchema(Schema.Array(DeletedTarget))

/** One target, or the only one of an array where that is read too. */
export const checkTarget = (value: Target, json: Json): void => {
  const target = json.kind === "array" && json.items[0] !== undefined ? json.items[0] : json
  checkListed(value, target)
  checkRest(value, target)
  checkTargetSchema(value)
}

/** A list, all of it. */
export const checkList = (values: ReadonlyArray<ListedTarget>, json: Json): void => {
  const items = json.kind === "array" ? json.items : []
  ensure(json.kind === "array" && values.length === items.length, "the list is shorter")
  for (const [at, value] of values.entries()) {
    const item = items[at]
    if (item !== undefined) checkListed(value, item)
    checkListedSchema(value)
  }
}

/** The report of a deletion: what was deleted, with the digits that NP6 wrote. */
export const checkDeletions = (
  { complete, deleted }: DeletionReport,
  json: Json | undefined,
): void => {
  ensure(complete === (json !== undefined), "whether the report is complete")
  const items = json?.kind === "array" ? json.items : []
  ensure(items.length === deleted.length, "the report is shorter")
  for (const [at, { id, unicity }] of deleted.entries()) {
    const written = get(items[at], "id")
    const isSame = written?.kind === "atom" ? id === written.text : isText(written, id)
    ensure(isSame, "the id of a deletion")
    const criteria = get(items[at], "unicity")
    const texts = criteria?.kind === "array" ? criteria.items : []
    ensure(texts.length === unicity.length, "a unicity is shorter")
    for (const [nth, text] of unicity.entries()) checkCriterion(text, texts[nth])
  }
  checkDeletedSchema(deleted)
}

const isText = (json: Json | undefined, text: string): boolean =>
  json?.kind === "string" && json.value === text

const checkCriterion = (text: string, json: Json | undefined): void => {
  const isSame = json === undefined || isNothing(json)
    ? text === ""
    : json.kind === "atom"
    ? decimal(text) === decimal(json.text)
    : same(text, json)
  ensure(isSame, "a criterion differs")
}

/** A target of a model: each value once, decoded or as it came. */
export const checkTyped = (
  { undecoded, unknown, values }: TargetModel.TypedListedTarget<object>,
  json: Json,
): void => {
  const target = json.kind === "array" && json.items[0] !== undefined ? json.items[0] : json
  const fields = get(target, "fields")
  const keys = new Set(fields?.kind === "object" ? fields.entries.map(([key]) => key) : [])
  const named = Reflect.ownKeys(values).length + Reflect.ownKeys(unknown).length
  ensure(named === keys.size, "a value of the model is lost")
  for (const key of Object.keys(unknown)) {
    const written = get(fields, key)
    const value: unknown = Object.getOwnPropertyDescriptor(unknown, key)?.value
    ensure(written !== undefined && same(value, written), "an unknown value differs")
  }
  for (const { fieldId } of undecoded) {
    ensure(Object.hasOwn(unknown, String(fieldId)), "an undecoded value is lost")
  }
}
