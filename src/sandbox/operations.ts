import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { SeedSegment } from "./Seed.ts"
import type { Account } from "./account.ts"
import { badRequest, empty, json, type SandboxAnswer } from "./answer.ts"
import type { Route } from "./routes.ts"
import * as Store from "./store.ts"

export interface Call {
  readonly account: Account
  readonly store: Store.Store
  /** Decoded parameters of the path. */
  readonly params: ReadonlyArray<string>
  readonly query: URLSearchParams
  /** Parsed JSON, for the operations whose route wants a body. */
  readonly body: unknown
  /** Epoch milliseconds. */
  readonly now: number
}

/** NP6's errors come without a body, apart from some 400s. */
const notFound: SandboxAnswer = empty(404)
const conflict: SandboxAnswer = empty(409)
const noContent: SandboxAnswer = empty(204)

const isoDate = (millis: number): string => new Date(millis).toISOString().replace(".000Z", "Z")

const single = (account: Account, row: Store.Contact): SandboxAnswer =>
  json({
    id: row.id,
    hash: Store.hashOf(account, row),
    creationDate: isoDate(row.creationDate),
    lastUpdateDate: isoDate(row.lastUpdateDate),
    fields: Object.fromEntries(
      account.fields.map((field) => [field.id, row.values.get(field.id) ?? null]),
    ),
    bounce: row.bounce,
    redList: row.redList,
  })

const listed = (account: Account, row: Store.Contact): unknown => ({
  id: row.id,
  creationDate: isoDate(row.creationDate),
  lastUpdateDate: isoDate(row.lastUpdateDate),
  fields: Object.fromEntries(
    account.unicity.map((field) => [field.id, row.values.get(field.id)]),
  ),
})

const target = (call: Call): Result.Result<Store.Contact, SandboxAnswer> => {
  const row = call.store.rows.get(call.params[0] ?? "")
  return row === undefined ? Result.fail(notFound) : Result.succeed(row)
}

const segment = (call: Call): Result.Result<SeedSegment, SandboxAnswer> => {
  const id = call.params[1] ?? ""
  const found = /^\d+$/.test(id) ? call.account.segments.get(Number(id)) : undefined
  return found === undefined ? Result.fail(notFound) : Result.succeed(found)
}

const entries = (body: unknown): Result.Result<Store.Entries, SandboxAnswer> =>
  typeof body === "object" && body !== null && !Array.isArray(body)
    ? Result.succeed(Object.entries(body))
    : Result.fail(badRequest("the body is not an object of field values"))

const write = (
  call: Call,
  draft: Store.Draft,
  written: Store.Entries,
): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.match(Store.write(call.account, call.store, draft, written, call.now), {
    onSuccess: (row) => Result.succeed(single(call.account, row)),
    onFailure: ({ isConflict, problem }) =>
      Result.fail(isConflict ? conflict : badRequest(problem)),
  })

/** What the query says of the unicity, as entries of the body where the body leaves it out. */
const unicityFromQuery = (
  call: Call,
  written: Store.Entries,
): Result.Result<Store.Entries, SandboxAnswer> => {
  const { account } = call
  const values = call.query.getAll("unicity")
  if (values.length !== account.unicity.length) return Result.fail(badRequest(Store.unidentified))
  const missing: Array<readonly [string, unknown]> = []
  for (const [index, field] of account.unicity.entries()) {
    const value = values[index]
    const entry = written.find(([key]) => account.fieldByKey.get(key) === field)
    if (entry === undefined) {
      missing.push([String(field.id), field.type === "numeric" ? Number(value) : value])
    } else if (String(entry[1]) !== value) {
      // Whether the real server renames the target, or which of the two it obeys, is unknown.
      return Result.fail(badRequest("the unicity of the query is not that of the body"))
    }
  }
  return Result.succeed([...written, ...missing])
}

const upsert = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.gen(function* () {
    const body = yield* entries(call.body)
    const written = call.query.has("unicity") ? yield* unicityFromQuery(call, body) : body
    const unicity = Store.unicityIn(call.account, written)
    if (unicity === undefined) return yield* Result.fail(badRequest(Store.unidentified))
    const existing = Store.findByUnicity(call.store, unicity)
    return yield* write(call, existing ?? Store.draft(call.now), written)
  })

const create = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.gen(function* () {
    const written = yield* entries(call.body)
    // Before the fields are looked at one by one: a map nested under `fields` gets this answer.
    if (Store.unicityIn(call.account, written) === undefined) {
      return yield* Result.fail(badRequest(Store.unidentified))
    }
    return yield* write(call, Store.draft(call.now), written)
  })

const update = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.gen(function* () {
    const row = yield* target(call)
    return yield* write(call, row, yield* entries(call.body))
  })

const getByUnicity = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> => {
  const { account, query, store } = call
  const row = query.has("unicity")
    ? Store.findByUnicity(store, query.getAll("unicity"))
    : [...store.rows.values()].find((one) => Store.hashOf(account, one) === query.get("hash"))
  return row === undefined ? Result.fail(notFound) : Result.succeed(single(account, row))
}

const addToSegment = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.gen(function* () {
    const row = yield* target(call)
    const { id, type } = yield* segment(call)
    // Adding to a dynamic segment is not documented; removing from one is a 409.
    if (type === "dynamic" || row.segments.has(id)) return yield* Result.fail(conflict)
    Store.setSegments(call.store, row, new Set([...row.segments, id]))
    return noContent
  })

const removeFromSegment = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.gen(function* () {
    const row = yield* target(call)
    const { id, type } = yield* segment(call)
    if (type === "dynamic") return yield* Result.fail(conflict)
    // What removing a target that is not in the segment gives is not documented.
    if (!row.segments.has(id)) return yield* Result.fail(notFound)
    Store.setSegments(call.store, row, new Set([...row.segments].filter((one) => one !== id)))
    return noContent
  })

const Id = Schema.NonEmptyString
const SegmentId = Schema.Union([Schema.Int, Schema.String.check(Schema.isPattern(/^\d+$/))])
const UnicityValue = Schema.Union([Schema.NonEmptyString, Schema.Finite])

/** The vendor's pages disagree on `id` (flat or nested) and `segment` (a number or an array). */
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
    value: Schema.Union([Schema.Int, Schema.NonEmptyArray(SegmentId)]),
  }),
])

const decodeSelection = Schema.decodeUnknownOption(Selection, { onExcessProperty: "error" })

const selected = (
  { account, store }: Call,
  selection: typeof Selection.Type,
): Result.Result<ReadonlyArray<Store.Contact>, SandboxAnswer> => {
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
    case "segment": {
      const ids = [selection.value].flat().map(Number)
      return Result.succeed(
        [...store.rows.values()].filter((row) => ids.some((id) => row.segments.has(id))),
      )
    }
  }
}

const deleteMany = (call: Call): Result.Result<SandboxAnswer, SandboxAnswer> =>
  Result.gen(function* () {
    const selection = decodeSelection(call.body)
    if (Option.isNone(selection)) {
      return yield* Result.fail(badRequest("the body does not select targets"))
    }
    const rows = new Set(yield* selected(call, selection.value))
    if (rows.size === 0) return yield* Result.fail(notFound)
    for (const row of rows) Store.remove(call.account, call.store, row)
    return call.account.bulkDeleteAnswer === "noContent" ? noContent : json(
      Array.from(rows, (row) => ({ id: row.id, unicity: Store.unicityOf(call.account, row) })),
    )
  })

export const operations: {
  readonly [operation in Route["operation"]]: (
    call: Call,
  ) => Result.Result<SandboxAnswer, SandboxAnswer>
} = {
  "targets.list": ({ account, store }) =>
    Result.succeed(json(Array.from(store.rows.values(), (row) => listed(account, row)))),
  "targets.get": (call) => Result.map(target(call), (row) => single(call.account, row)),
  "targets.getByUnicity": getByUnicity,
  "targets.upsert": upsert,
  "targets.create": create,
  "targets.update": update,
  "targets.addToSegment": addToSegment,
  "targets.removeFromSegment": removeFromSegment,
  "targets.delete": (call) =>
    Result.map(target(call), (row) => {
      Store.remove(call.account, call.store, row)
      return noContent
    }),
  "targets.deleteMany": deleteMany,
}
