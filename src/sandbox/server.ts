import * as Result from "effect/Result"
import type { SeedKey } from "./Seed.ts"
import type { Account } from "./account.ts"
import { badRequest, empty, type SandboxAnswer } from "./answer.ts"
import { operations } from "./operations.ts"
import { type Bucket, take } from "./rateLimit.ts"
import type { Match, Route } from "./routes.ts"
import type { Store } from "./store.ts"
import type { WireRequest } from "./wire.ts"

/** The server without its faults and its log: a request goes in, an answer comes out. */
export interface Server {
  readonly account: Account
  readonly store: Store
  /** By key value. */
  readonly buckets: Map<string, Bucket>
}

/** What a request must show before it is looked at. `undefined` lets it pass. */
type Gate = (request: WireRequest, route: Route) => SandboxAnswer | undefined

const wantsLength: Gate = ({ body, headers, method }) => {
  if (headers.has("transfer-encoding")) return empty(411)
  const length = headers.get("content-length")
  if (length === null) return method === "POST" || method === "PUT" ? empty(411) : undefined
  return length === String(body.length)
    ? undefined
    : badRequest("the body is not as long as its content-length says")
}

const mediaTypes = (header: string | null): ReadonlyArray<string> =>
  (header ?? "").split(",").map((type) => type.replace(/;.*/, "").trim().toLowerCase())

/** The vendor's clients send a body, `{}`, even where none is read. */
const wantsJson: Gate = ({ body, headers }) =>
  body.length === 0 || mediaTypes(headers.get("content-type"))[0] === "application/json"
    ? undefined
    : empty(415)

const versioned: ReadonlySet<string> = new Set([
  "application/vnd.np6.cm.v1",
  "application/vnd.np6.cm.v1+json",
])

/** Every sample of a bulk delete asks for this version; what becomes of one that doesn't is unknown. */
const wantsVersion: Gate = ({ headers }, route) =>
  route.operation !== "targets.deleteMany" ||
    mediaTypes(headers.get("accept")).some((type) => versioned.has(type))
    ? undefined
    : empty(406)

const gates: ReadonlyArray<Gate> = [wantsLength, wantsJson, wantsVersion]

const parse = (body: Uint8Array): Result.Result<unknown, SandboxAnswer> => {
  try {
    return Result.succeed(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)))
  } catch {
    return Result.fail(badRequest("the body is not JSON"))
  }
}

/** The key of a request, whether or not it may do what is asked. */
export const keyOf = (account: Account, headers: Headers): SeedKey | undefined =>
  account.keys.get(headers.get("x-key") ?? "")

const admitted = (
  { account, store }: Server,
  request: WireRequest,
  match: Match & { readonly _tag: "Found" },
  key: SeedKey,
  now: number,
): Result.Result<SandboxAnswer, SandboxAnswer> => {
  const { params, route } = match
  if (!key.permissions.includes(route.permission)) return Result.fail(empty(403))
  for (const gate of gates) {
    const refusal = gate(request, route)
    if (refusal !== undefined) return Result.fail(refusal)
  }
  const body = route.readsBody ? parse(request.body) : Result.succeed(undefined)
  return Result.flatMap(body, (body) =>
    operations[route.operation]({
      account,
      store,
      params,
      query: request.url.searchParams,
      body,
      now,
    }))
}

export const answer = (
  server: Server,
  request: WireRequest,
  match: Match,
  now: number,
): SandboxAnswer => {
  if (match._tag === "NoRoute") return empty(404)
  if (match._tag === "WrongMethod") return empty(405, { allow: match.allow.join(", ") })
  const key = keyOf(server.account, request.headers)
  if (key === undefined) return empty(401)
  const limit = server.account.rateLimit
  if (limit === undefined) return Result.merge(admitted(server, request, match, key, now))
  const ticket = take(limit, server.buckets.get(key.value), now)
  server.buckets.set(key.value, ticket.bucket)
  const answered = ticket.allowed
    ? Result.merge(admitted(server, request, match, key, now))
    : empty(429)
  return { ...answered, headers: { ...answered.headers, ...ticket.headers } }
}
