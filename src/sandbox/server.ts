import * as Result from "effect/Result"
import type { SandboxAccount } from "./account.ts"
import { problemIn } from "./jsonText.ts"
import { type Bucket, take } from "./rateLimit.ts"
import { badRequest, refusal, type ResponseParts, textRefusal } from "./response.ts"
import type { Match, Route } from "./routes.ts"
import type { SeedKey } from "./Seed.ts"
import type { Store } from "./store.ts"
import type { WireRequest } from "./WireRequest.ts"

/** The server without its faults and its log: a request goes in, a response comes out. */
export interface Server {
  readonly account: SandboxAccount
  readonly store: Store
  /** By key value. */
  readonly buckets: Map<string, Bucket>
}

/**
 * The largest body that is read. NP6's own limit is unknown; this is the default of the servers of
 * its kind (ASP.NET).
 */
export const largestBody = 30_000_000

/** What a request must show before it is looked at. `undefined` lets it pass. */
type Gate = (request: WireRequest, route: Route) => ResponseParts | undefined

const wantsKnownQuery: Gate = ({ url }, { takes }) => {
  const unknown = [...url.searchParams.keys()].find((name) => !takes.includes(name))
  return unknown === undefined
    ? undefined
    : badRequest(`there is no query parameter ${JSON.stringify(unknown)} here`)
}

const wantsLength: Gate = ({ body, headers, method }) => {
  if (headers.has("transfer-encoding")) return refusal(411, "the body is chunked")
  const length = headers.get("content-length")
  if (length === null) {
    return method === "POST" || method === "PUT"
      ? refusal(411, `a ${method} needs a Content-Length, which is 0 without a body`)
      : undefined
  }
  if (Number(length) > largestBody) {
    return refusal(413, `the body is longer than ${largestBody} bytes`)
  }
  return length === String(body.length)
    ? undefined
    : badRequest("the body is not as long as its content-length says")
}

const mediaTypes = (header: string | null): ReadonlyArray<string> =>
  (header ?? "").split(",").map((type) => type.replace(/;.*/, "").trim().toLowerCase())

/** The vendor's clients send a body, `{}` or `null`, even where none is read. */
const wantsJson: Gate = ({ body, headers }) =>
  body.length === 0 || mediaTypes(headers.get("content-type"))[0] === "application/json"
    ? undefined
    : refusal(415, "the body's Content-Type is not application/json")

const versioned: ReadonlySet<string> = new Set([
  "application/vnd.np6.cm.v1",
  "application/vnd.np6.cm.v1+json",
])

/** Every sample of a bulk delete asks for this version; what NP6 does without is unknown. */
const wantsVersion: Gate = ({ headers }, route) =>
  route.operation !== "targets.deleteMany" ||
    mediaTypes(headers.get("accept")).some((type) => versioned.has(type))
    ? undefined
    : refusal(406, "a bulk delete needs Accept: application/vnd.np6.cm.v1+json")

const gates: ReadonlyArray<Gate> = [wantsKnownQuery, wantsLength, wantsJson, wantsVersion]

/** The JSON of a body, without a key given twice: which of the two NP6 takes is unknown. */
export const parseBody = (body: Uint8Array): Result.Result<unknown, ResponseParts> => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body)
    const value: unknown = JSON.parse(text)
    const repeated = problemIn(text)
    return repeated === undefined
      ? Result.succeed(value)
      : Result.fail(badRequest(`in the body, ${repeated.problem}`))
  } catch {
    return Result.fail(badRequest("the body is not JSON"))
  }
}

/** The key of a request, whether or not it may do what is asked. */
export const keyOf = (account: SandboxAccount, headers: Headers): SeedKey | undefined =>
  account.keys.get(headers.get("x-key") ?? "")

const admitted = (
  { account, store }: Server,
  request: WireRequest,
  match: Match & { readonly _tag: "Found" },
  key: SeedKey,
  now: number,
): Result.Result<ResponseParts, ResponseParts> => {
  const { params, route } = match
  if (!key.permissions.includes(route.permission)) {
    return Result.fail(refusal(403, `the key ${key.name} lacks the permission ${route.permission}`))
  }
  for (const gate of gates) {
    const refused = gate(request, route)
    if (refused !== undefined) return Result.fail(refused)
  }
  const body = route.readsBody ? parseBody(request.body) : Result.succeed(undefined)
  return Result.flatMap(
    body,
    (body) => route.operate({ account, store, params, query: request.url.searchParams, body, now }),
  )
}

export const respond = (
  server: Server,
  request: WireRequest,
  match: Match,
  now: number,
): ResponseParts => {
  const { headers, method } = request
  if (match._tag === "NoRoute") {
    return textRefusal(
      501,
      "The sandbox has no such route: it knows those of targets, of fields, " +
        "value lists and segments, and some that NP6's own clients call. NP6 may have it",
    )
  }
  if (match._tag === "WrongMethod") {
    return refusal(405, `${method} is no method of this path`, { allow: match.allow.join(", ") })
  }
  const key = keyOf(server.account, headers)
  if (key === undefined) {
    const problem = headers.has("x-key") ? "X-Key is no key of the account" : "there is no X-Key"
    return refusal(401, problem)
  }
  const limit = server.account.rateLimit
  if (limit === undefined) return Result.merge(admitted(server, request, match, key, now))
  const ticket = take(limit, server.buckets.get(key.value), now)
  server.buckets.set(key.value, ticket.bucket)
  const parts = ticket.allowed
    ? Result.merge(admitted(server, request, match, key, now))
    : refusal(429, `the rate limit of the key ${key.name} is used up`)
  return { ...parts, headers: { ...parts.headers, ...ticket.headers } }
}
