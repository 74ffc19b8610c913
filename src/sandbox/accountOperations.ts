/** The account's own routes: what it has, and who is in which segment. */
import * as Result from "effect/Result"
import { parseInstant } from "../data/instant.ts"
import { byNumber, type Call, type Operate, segmentOf, targetOf } from "./call.ts"
import * as represent from "./represent.ts"
import { badRequest, json, refusal, type ResponseParts } from "./response.ts"
import type { SeedRedListEntry } from "./Seed.ts"
import * as Store from "./store.ts"

const ok = (value: unknown): Result.Result<ResponseParts, never> => Result.succeed(json(value))

const fields: Operate = ({ account }) => ok(account.fields.map(represent.fieldJson))

const field: Operate = ({ account, params }) =>
  Result.map(
    byNumber(new Map(account.fields.map((one) => [one.id, one])), params["field"], "field"),
    (found) => json(represent.fieldJson(found)),
  )

const valueLists: Operate = ({ account }) =>
  ok(Array.from(account.valueLists.values(), represent.valueListJson))

const valueList: Operate = ({ account, params }) =>
  Result.map(
    byNumber(account.valueLists, params["valueList"], "value list"),
    (found) => json(represent.valueListJson(found)),
  )

const segmentsAmong = ({ account, store }: Call, ids: Iterable<number>) => {
  const counts = represent.memberCounts(store)
  return Array.from(ids, (id) => account.segments.get(id))
    .filter((segment) => segment !== undefined)
    .map((segment) => represent.listedSegmentJson(account, segment, counts.get(segment.id) ?? 0))
}

const segments: Operate = (call) => ok(segmentsAmong(call, call.account.segments.keys()))

const segment: Operate = (call) =>
  Result.map(segmentOf(call), (found) =>
    json(
      represent.segmentJson(call.account, found, Store.membersOf(call.store, found.id).length),
    ))

/** The shape of this response is unknown; NP6's CookBook has the route. */
const segmentsOfTarget: Operate = (call) =>
  Result.map(targetOf(call), (row) => json(segmentsAmong(call, row.segments)))

const segmentMembers: Operate = (call) =>
  Result.map(
    segmentOf(call),
    ({ id }) => json(Store.membersOf(call.store, id).map((row) => row.id)),
  )

/** What NP6 takes in one request. */
const mostTargets = 50

/**
 * Ids of no target, and of targets that are members already, don't count: the number of those that
 * were added is the whole response.
 */
const addTargets: Operate = (call) =>
  Result.gen(function* () {
    const { id, type } = yield* segmentOf(call)
    const { body, store } = call
    if (!Array.isArray(body) || !body.every((one) => typeof one === "string")) {
      return yield* Result.fail(badRequest("the body is not an array of target ids"))
    }
    if (body.length > mostTargets) {
      return yield* Result.fail(badRequest(`the body has more than ${mostTargets} ids`))
    }
    if (type !== "static") return yield* Result.fail(refusal(409, `the segment is ${type}`))
    let count = 0
    for (const one of new Set<string>(body)) {
      const row = store.rows.get(one)
      if (row === undefined || row.segments.has(id)) continue
      Store.setSegments(store, row, new Set([...row.segments, id]))
      count += 1
    }
    return json(count)
  })

const count: Operate = ({ store }) => ok({ targetsCount: store.rows.size })

const bounces: Operate = ({ store }) =>
  ok([...store.rows.values()].filter((row) => row.bounce.length > 0).map(represent.bouncedJson))

/** A bound of a feed in the query; undefined where it is left out. */
const bound = (
  query: URLSearchParams,
  name: string,
): Result.Result<number | undefined, ResponseParts> => {
  const text = query.get(name)
  if (text === null) return Result.succeed(undefined)
  const millis = parseInstant(text)
  return Number.isNaN(millis)
    ? Result.fail(badRequest(`${name} is not a date`))
    : Result.succeed(millis)
}

const isWithin = (
  { timestamp }: SeedRedListEntry,
  start: number | undefined,
  end: number | undefined,
): boolean => {
  if (start === undefined && end === undefined) return true
  const millis = parseInstant(timestamp)
  return millis >= (start ?? -Infinity) && millis <= (end ?? Infinity)
}

/** Both bounds are inclusive: whether NP6's are is unknown. */
const redList = (list: "mail" | "sms"): Operate => ({ query, store }) =>
  Result.gen(function* () {
    const start = yield* bound(query, "startDate")
    const end = yield* bound(query, "endDate")
    return json([...store.rows.values()].flatMap((row) => {
      const entry = row.redList[list]
      return entry !== undefined && isWithin(entry, start, end)
        ? [represent.redListedJson(row, entry)]
        : []
    }))
  })

export const accountOperations = {
  fields,
  field,
  valueLists,
  valueList,
  segments,
  segment,
  segmentsOfTarget,
  segmentMembers,
  addTargets,
  count,
  bounces,
  redList,
} as const
