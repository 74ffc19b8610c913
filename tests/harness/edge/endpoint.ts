/** Checks that a request is its endpoint's, for the arguments of the call. */
import { assert } from "@effect/vitest"
import type { Np6Options } from "@effect-np6/targets"
import { Cause, Effect, Exit } from "effect"
import { type Recorded, recording } from "../recording.ts"
import type { Position } from "./positions.ts"

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isText = (value: unknown): boolean =>
  typeof value === "string" && value.trim() !== "" && value.isWellFormed()

/** Fails unless the body of a bulk delete names what it deletes. */
export const assertNamesSomething = (body: string): { readonly type: string; value: unknown } => {
  const selection: unknown = JSON.parse(body)
  assert.isTrue(isRecord(selection))
  if (!isRecord(selection)) throw new Error("unreachable")
  assert.sameMembers(Object.keys(selection), ["type", "value"])
  const { type, value } = selection
  if (type === "segment") {
    assert.isTrue(Number.isInteger(value) && Number(value) > 0)
  } else {
    assert.include(["id", "unicity"], type)
    assert.isTrue(Array.isArray(value) && value.length > 0)
    for (const one of Array.isArray(value) ? value : []) {
      if (type === "id") assert.match(String(one), /^[0-9A-Za-z_-]{1,64}$/)
      else {
        assert.isTrue(Array.isArray(one) && one.length > 0)
        assert.isTrue([one].flat().every(isText))
      }
    }
  }
  return { type: String(type), value }
}

/** The selection that a value is, or that it is a part of. */
const selectionOf = ({ kind }: Position, value: unknown): unknown => {
  if (kind === "id") return { type: "id", value: [value] }
  if (kind === "unicity") return { type: "unicity", value: [[value].flat()] }
  if (!isRecord(value)) return value
  if (value.type !== "unicity" || !Array.isArray(value.value)) {
    return { type: value.type, value: value.value }
  }
  return {
    type: "unicity",
    value: value.value.map((one) => isRecord(one) ? [one.email] : [one].flat()),
  }
}

const assertPath = ({ path, kind }: Position, url: URL, base: URL, value: unknown): void => {
  assert.strictEqual(url.origin, base.origin)
  assert.strictEqual(url.hash, "")
  const prefix = base.pathname.replace(/\/$/, "")
  assert.isTrue(url.pathname.startsWith(`${prefix}/`))
  const segments = url.pathname.slice(prefix.length + 1).split("/")
  const expected = path.split("/").map((part) => part === "{}" ? String(value) : part)
  assert.deepStrictEqual(segments.map(decodeURIComponent), expected)
  if (path.includes("{}")) {
    assert.strictEqual(typeof value, kind === "segment" ? "number" : "string")
  }
  for (const segment of segments) assert.notMatch(segment, /^(?:\.|%2e)*$/i)
}

/** Fails unless a request is the endpoint's, for this value in this position. */
export const assertEndpoint = (
  position: Position,
  { body, method, url }: Recorded,
  base: URL,
  value: unknown,
): void => {
  assert.strictEqual(method, position.method)
  assertPath(position, url, base, value)
  const isBulkDelete = method === "DELETE" && position.path === "targets"
  const hasUnicity = !isBulkDelete && url.search !== ""
  assert.strictEqual(hasUnicity, /GET|PUT/.test(method) && position.path === "targets")
  if (hasUnicity) {
    assert.deepStrictEqual(new Set(url.searchParams.keys()), new Set(["unicity"]))
    const criteria = url.searchParams.getAll("unicity")
    if (position.kind === "unicity") assert.deepStrictEqual(criteria, [value].flat())
  }
  if (isBulkDelete) {
    assert.deepStrictEqual<unknown>(assertNamesSomething(body), selectionOf(position, value))
  } else if (method === "DELETE" || method === "GET" || position.path.includes("segments")) {
    assert.strictEqual(body, "")
  } else {
    for (const key of Object.keys(JSON.parse(body))) assert.match(key, /^[1-9]\d{0,9}$/)
  }
}

/** Calls an operation with a value in a position: its requests, and the tag of its error. */
export const requestsOf = (
  position: Position,
  value: unknown,
  options: Partial<Np6Options> = {},
): Effect.Effect<{ readonly requests: ReadonlyArray<Recorded>; readonly tag: string }> => {
  const { requests, layer } = recording([() => new Response(null, { status: 400 })], options)
  // The position's type would allow no wrong value.
  const call = Effect.suspend(() => position.run(value as never))
  return Effect.exit(Effect.provide(call, layer)).pipe(Effect.map((exit) => {
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : "nothing failed"
    assert.isTrue(
      Exit.isFailure(exit) && !Cause.hasDies(exit.cause),
      `${position.name}: ${String(error)}`,
    )
    return { requests, tag: isRecord(error) ? String(error._tag) : String(error) }
  }))
}

/** Fails unless a value is refused before anything is sent, or makes the endpoint's one request. */
export const assertSafe = (
  position: Position,
  value: unknown,
  { isChanging = false, ...options }: Partial<Np6Options> & { isChanging?: boolean } = {},
): Effect.Effect<"refused" | "sent"> =>
  Effect.map(requestsOf(position, value, options), ({ requests, tag }) => {
    assert.strictEqual(tag === "InvalidInput", requests.length === 0, tag)
    assert.isAtMost(requests.length, 1)
    const base = new URL(options.baseUrl ?? "https://api-cm.np6.com")
    for (const request of requests) {
      if (!isChanging) assertEndpoint(position, request, base, value)
      else assertShape(position, request)
    }
    return requests.length === 0 ? "refused" : "sent"
  })

/** For values that differ each time that they are read: nothing can be equal to them. */
const assertShape = (position: Position, { body, method, url }: Recorded): void => {
  assert.strictEqual(method, position.method)
  const pattern = position.path.replace("{}", "[0-9A-Za-z_-]{1,64}")
  assert.match(url.pathname, new RegExp(`^/${pattern}$`))
  if (method === "DELETE" && position.path === "targets") assertNamesSomething(body)
}
