/** The ten endpoints of the API page, and what NP6's clients call beside them. */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Call, type Operate, type Outcome, segmentOf, targetOf } from "./call.ts"
import * as represent from "./represent.ts"
import {
  badRequest,
  json,
  noContent,
  refusal,
  type ResponseParts,
  textRefusal,
} from "./response.ts"
import * as Store from "./store.ts"

/** The words of the API page, for the dialect that has them in the body. */
const conflictTexts = {
  unicity: "A target with this unicity already exists",
  member: "This target is already in the segment",
  dynamic: "You can't remove a target from a dynamic segment",
} as const

const conflict = (
  { account }: Call,
  text: keyof typeof conflictTexts,
  reason: string,
): Result.Result<never, ResponseParts> =>
  Result.fail(
    account.dialect.conflictBody === "text"
      ? { ...textRefusal(409, conflictTexts[text]), reason }
      : refusal(409, reason),
  )

const single = (call: Call, row: Store.Contact, status = 200): ResponseParts =>
  json(represent.targetJson(call.account, row), status)

const entries = (body: unknown): Result.Result<Store.Entries, ResponseParts> =>
  typeof body === "object" && body !== null && !Array.isArray(body)
    ? Result.succeed(Object.entries(body))
    : Result.fail(badRequest("the body is not an object of field values"))

/** Writes, and returns the row; a refusal comes in NP6's form. */
const write = (
  call: Call,
  draft: Store.Draft,
  written: Store.Entries,
): Result.Result<Store.Contact, ResponseParts> => {
  const outcome = Store.write(call.account, call.store, draft, written)
  if (Result.isSuccess(outcome)) return Result.succeed(outcome.success)
  const { isConflict, problem } = outcome.failure
  return isConflict ? conflict(call, "unicity", problem) : Result.fail(badRequest(problem))
}

/** The unicity that a body gives. Where a query gives one too, they must be the same. */
const identified = (
  call: Call,
  written: Store.Entries,
): Result.Result<ReadonlyArray<string>, ResponseParts> => {
  const unicity = Store.unicityIn(call.account, written)
  if (unicity === undefined) return Result.fail(badRequest(Store.unidentified))
  const queried = call.query.getAll("unicity")
  // Whether the real server renames the target, or which of the two it obeys, is unknown.
  const isSame = queried.length === unicity.length &&
    queried.every((value, index) => value === unicity[index])
  return queried.length === 0 || isSame
    ? Result.succeed(unicity)
    : Result.fail(badRequest("the unicity of the query is not that of the body"))
}

const isUpdate = (row: Store.Contact, now: number): Store.Draft => ({
  ...row,
  lastUpdateDate: Store.wholeMinute(now),
})

const upsert: Operate = (call) =>
  Result.gen(function* () {
    const written = yield* entries(call.body)
    const unicity = yield* identified(call, written)
    const existing = Store.findByUnicity(call.store, unicity)
    const draft = existing === undefined ? Store.draft(call.now) : isUpdate(existing, call.now)
    return single(call, yield* write(call, draft, written))
  })

const create: Operate = (call) =>
  Result.gen(function* () {
    const written = yield* entries(call.body)
    // Before the fields are looked at one by one: a map nested under `fields` gets this response.
    yield* identified(call, written)
    const row = yield* write(call, Store.draft(call.now), written)
    return single(call, row, call.account.dialect.createStatus)
  })

const update: Operate = (call) =>
  Result.gen(function* () {
    const row = yield* targetOf(call)
    const written = yield* entries(call.body)
    return single(call, yield* write(call, isUpdate(row, call.now), written))
  })

const list: Operate = ({ account, store }) =>
  Result.succeed(
    json(Array.from(store.rows.values(), (row) => represent.listedTargetJson(account, row))),
  )

const get: Operate = (call) => Result.map(targetOf(call), (row) => single(call, row))

const getByUnicity: Operate = (call) => {
  const { account, query, store } = call
  const hashes = query.getAll("hash")
  if (hashes.length > 1) return Result.fail(badRequest("hash is given twice"))
  if (hashes.length > 0 && query.has("unicity")) {
    return Result.fail(badRequest("hash and unicity are given, and only one of them can be meant"))
  }
  const row = hashes.length === 0
    ? Store.findByUnicity(store, query.getAll("unicity"))
    : [...store.rows.values()].find((one) => Store.hashOf(account, one) === hashes[0])
  return row === undefined
    ? Result.fail(
      refusal(404, `there is no target with this ${hashes.length === 0 ? "unicity" : "hash"}`),
    )
    : Result.succeed(single(call, row))
}

const addToSegment: Operate = (call) =>
  Result.gen(function* () {
    const row = yield* targetOf(call)
    const { id, type } = yield* segmentOf(call)
    // Adding to a dynamic segment is not documented; removing from one is a 409.
    if (type !== "static") return yield* conflict(call, "dynamic", `the segment is ${type}`)
    if (row.segments.has(id)) {
      return yield* conflict(call, "member", "the target is in the segment already")
    }
    Store.setSegments(call.store, row, new Set([...row.segments, id]))
    return noContent
  })

const removeFromSegment: Operate = (call) =>
  Result.gen(function* () {
    const row = yield* targetOf(call)
    const { id, type } = yield* segmentOf(call)
    if (type !== "static") return yield* conflict(call, "dynamic", `the segment is ${type}`)
    // What removing a target that is not in the segment gives is not documented.
    if (!row.segments.has(id)) {
      return yield* Result.fail(refusal(404, "the target is not in the segment"))
    }
    Store.setSegments(call.store, row, new Set([...row.segments].filter((one) => one !== id)))
    return noContent
  })

const deleteTarget: Operate = (call) =>
  Result.map(targetOf(call), (row) => {
    Store.remove(call.account, call.store, row)
    return noContent
  })

/** Sends a message in NP6; here it is in the log, and nothing is sent. */
const addToAction: Operate = (call) => Result.map(targetOf(call), () => noContent)

const Id = Schema.NonEmptyString
const SegmentId = Schema.Union([Schema.Int, Schema.String.check(Schema.isPattern(/^\d+$/))])
const UnicityValue = Schema.Union([Schema.NonEmptyString, Schema.Finite])

/** The vendor's pages disagree on `id` (flat or nested) and `segment` (a number, a text, an array). */
const Selection = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("unicity"),
    value: Schema.NonEmptyArray(Schema.NonEmptyArray(UnicityValue)),
  }),
  Schema.Struct({
    type: Schema.Literal("id"),
    value: Schema.NonEmptyArray(Schema.Union([Id, Schema.Tuple([Id])])),
  }),
  Schema.Struct({
    type: Schema.Literal("segment"),
    value: Schema.Union([SegmentId, Schema.NonEmptyArray(SegmentId)]),
  }),
])

const decodeSelection = Schema.decodeUnknownOption(Selection, { onExcessProperty: "error" })

const selected = (
  { account, store }: Call,
  selection: typeof Selection.Type,
): Result.Result<ReadonlyArray<Store.Contact>, ResponseParts> => {
  switch (selection.type) {
    case "unicity":
      return selection.value.some((values) => values.length !== account.unicity.length)
        ? Result.fail(badRequest(`a unicity has ${account.unicity.length} value(s) here`))
        : Result.succeed(
          selection.value.flatMap((values) => Store.findByUnicity(store, values.map(String)) ?? []),
        )
    case "id":
      return Result.succeed(
        selection.value.flatMap((id) => store.rows.get(typeof id === "string" ? id : id[0]) ?? []),
      )
    case "segment":
      return Result.succeed(
        [selection.value].flat().flatMap((id) => Store.membersOf(store, Number(id))),
      )
  }
}

/** The targets that the body of a bulk delete selects. */
export const selectedBy = (
  call: Call,
): Result.Result<ReadonlySet<Store.Contact>, ResponseParts> => {
  const selection = decodeSelection(call.body)
  return Option.isNone(selection)
    ? Result.fail(badRequest("the body does not select targets"))
    : Result.map(selected(call, selection.value), (rows) => new Set(rows))
}

const deleteMany: Operate = (call): Outcome =>
  Result.gen(function* () {
    const rows = yield* selectedBy(call)
    if (rows.size === 0) {
      return yield* Result.fail(refusal(404, "nothing that the body selects is there"))
    }
    for (const row of rows) Store.remove(call.account, call.store, row)
    return call.account.dialect.bulkDelete === "noContent" ? noContent : json(
      Array.from(rows, (row) => ({ id: row.id, unicity: Store.unicityOf(call.account, row) })),
    )
  })

export const targetOperations = {
  upsert,
  create,
  update,
  list,
  get,
  getByUnicity,
  addToSegment,
  removeFromSegment,
  addToAction,
  deleteMany,
  delete: deleteTarget,
} as const
