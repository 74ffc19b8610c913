/**
 * Reply after reply that no server should send: each is read as it is, or fails as the types say.
 *
 * @module
 */
import * as Library from "../../../mod.ts"
import { Cause, Effect, Exit, Layer, ManagedRuntime, Redacted, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { type Json, NotJson, parse } from "./json.ts"
import { mutate } from "./mutate.ts"
import { ensure, Wrong } from "./oracle.ts"
import { makeRandom, type Random } from "./random.ts"
import { type Checked, type Subject, subjects } from "./replies.ts"

/** What came of the replies so far. */
export interface Tally {
  replies: number
  /** By `get: success` or `get: UnexpectedResponse`. */
  readonly outcomes: Map<string, number>
}

/** A reply that the library got wrong, with what it takes to send it again. */
export class Found extends Error {
  constructor(subject: string, reply: string, nth: number, problem: string) {
    super(`reply ${nth}, to ${subject}: ${problem}\n${reply.slice(0, 2000)}`)
  }
}

const errors = {
  Unauthorized: Library.Unauthorized,
  Forbidden: Library.Forbidden,
  NotFound: Library.NotFound,
  Conflict: Library.Conflict,
  BadRequest: Library.BadRequest,
  RateLimited: Library.RateLimited,
  ServerError: Library.ServerError,
  UnexpectedResponse: Library.UnexpectedResponse,
  TransportError: Library.TransportError,
}
const isError = new Map(Object.entries(errors).map(([tag, error]) => [tag, Schema.is(error)]))
const ofAnyCall = [
  "BadRequest",
  "RateLimited",
  "ServerError",
  "UnexpectedResponse",
  "TransportError",
]

interface Reply {
  readonly response: Response
  readonly bytes: Uint8Array
  readonly status: number
}

const statuses = [
  ...[301, 302, 304, 400, 401, 403, 404, 408, 409, 411, 413, 415, 418, 422, 429],
  ...[500, 502, 503, 504, 599],
] as const
const successes = [200, 200, 200, 200, 200, 201, 202, 204, 205, 206] as const
const empty = new Set([204, 205, 304])

const headerTexts = [
  "",
  "0",
  "-1",
  "1e9",
  "99999999999999999999",
  "1.5",
  "soon",
  "Fri, 31 Dec 1999 23:59:59 GMT",
  "Fri, 99 Foo 9999 99:99:99 GMT",
  "Mon, 01 Jan 300000 00:00:00 GMT",
  "a@b.c",
  "x".repeat(1000),
  "00000000-0000-4000-8000-000000000001",
  "__proto__",
  "%00%ff%e9",
  "\u00e9",
  "a b\tc",
] as const

const headersOf = (random: Random): Headers => {
  const headers = new Headers()
  for (
    const name of ["retry-after", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"]
  ) {
    if (random.chance(0.3)) headers.set(name, random.pick(headerTexts))
  }
  if (random.chance(0.5)) {
    headers.set(
      "content-type",
      random.pick(["application/json", "text/html", "x/y; charset=utf-16"]),
    )
  }
  return headers
}

const inPieces = (random: Random, bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> => {
  let at = 0
  // A byte at a time finds what a few at a time do, and takes a hundred times as long.
  const largest = random.chance(0.02) ? 1 : random.pick([40, 200, 1000, 4000])
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close()
      const end = Math.min(bytes.length, at + 1 + random.below(largest))
      controller.enqueue(bytes.slice(at, end))
      at = end
    },
  })
}

const replyTo = (random: Random, { good, isStreamed }: Subject): Reply => {
  const status = random.chance(0.2) ? random.pick(statuses) : random.pick(successes)
  const headers = headersOf(random)
  const bytes = mutate(random, good)
  if (empty.has(status)) {
    const response = new Response(null, { status, headers })
    return { response, bytes: new Uint8Array(), status }
  }
  const isWhole = !isStreamed && random.chance(0.8)
  if (isWhole && random.chance(0.5)) headers.set("content-length", String(bytes.length))
  const response = new Response(isWhole ? bytes : inPieces(random, bytes), { status, headers })
  return { response, bytes, status }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true })

/** What a reply says; `undefined` when it says nothing. */
const read = (bytes: Uint8Array): Json | undefined => {
  const text = strictUtf8.decode(bytes)
  return text.trim() === "" ? undefined : parse(text)
}

const checkFailure = (
  { documented }: Subject,
  { status }: Reply,
  cause: Cause.Cause<unknown>,
): string => {
  ensure(!Cause.hasDies(cause), `a defect: ${Cause.pretty(cause)}`)
  const error = Cause.squash(cause)
  const tag = typeof error === "object" && error !== null && "_tag" in error
    ? String(error._tag)
    : ""
  ensure([...documented, ...ofAnyCall].includes(tag), `an error of no such call: ${tag}`)
  ensure(isError.get(tag)?.(error) === true, `${tag} isn't what its schema says`)
  // It is one of them, as its schema has just said; this has all the fields there are.
  const facts = error as Library.TransportError
  const { applied, attempts, detail = "", reason, requestId = "" } = facts
  ensure(attempts === 1 && (applied === "no" || applied === "unknown"), `facts of ${tag}`)
  ensure(reason !== "Timeout", "it hung")
  ensure(tag !== "TransportError", "a reply that came is no failure of the transport")
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  ensure(detail.length <= 300 && !/[\u0000-\u001f\u007f]/.test(detail), `detail: ${detail}`)
  ensure(/^[\x21-\x3f\x41-\x7e]{0,128}$/.test(requestId), `request id: ${requestId}`)
  ensure(facts.status === status, `status of ${tag}`)
  return tag
}

const builtIns = [Object.prototype, Array.prototype, Function.prototype, Error.prototype]
const keysOfBuiltIns = (): string =>
  builtIns.map((each) => Reflect.ownKeys(each).map(String).join()).join(";")
const keysAtStart = keysOfBuiltIns()

const check = (
  subject: Subject,
  reply: Reply,
  exit: Exit.Exit<Checked, unknown>,
): string => {
  ensure(!("polluted" in {}), "a prototype is polluted")
  if (Exit.isFailure(exit)) return checkFailure(subject, reply, exit.cause)
  ensure(reply.status >= 200 && reply.status < 300, `success with ${reply.status}`)
  exit.value(isIgnored(subject) ? undefined : read(reply.bytes))
  return "success"
}

// The body of these is only drained.
const isIgnored = ({ name }: Subject): boolean =>
  name === "addToSegment" || name === "removeFromSegment" || name === "delete"

const sendAll = async (
  runtime: ManagedRuntime.ManagedRuntime<Library.Targets, unknown>,
  send: (response: Response) => void,
  { onProgress, replies, seed }: FuzzOptions,
): Promise<Tally> => {
  const tally: Tally = { replies: 0, outcomes: new Map() }
  const random = makeRandom(seed)
  while (tally.replies < replies) {
    tally.replies++
    const subject = random.pick(subjects)
    const reply = replyTo(random, subject)
    send(reply.response)
    // A fiber each, as Deno keeps something of every wait of a fiber for as long as it lives.
    const exit = await runtime.runPromiseExit(Library.Targets.use(subject.run))
    try {
      const outcome = `${subject.name}: ${check(subject, reply, exit)}`
      tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1)
      if (tally.replies % 1000 === 0) ensure(keysOfBuiltIns() === keysAtStart, "built-ins changed")
    } catch (thrown) {
      const body = `${reply.status} ${new TextDecoder().decode(reply.bytes)}`
      const problem = thrown instanceof Wrong || thrown instanceof NotJson
        ? thrown.message
        : String(thrown)
      throw new Found(subject.name, body, tally.replies, problem)
    }
    if (tally.replies % 1000 === 0) await onProgress?.(tally)
  }
  return tally
}

/** How much is sent. */
export interface FuzzOptions {
  readonly replies: number
  readonly seed: number
  /** Called after each thousand. */
  readonly onProgress?: (tally: Tally) => Promise<void>
}

/** Sends replies, and rejects with {@link Found} at the first that is got wrong. */
export const fuzz = async (options: FuzzOptions): Promise<Tally> => {
  let response = new Response()
  const client = HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, response))
  )
  const layer = Layer.provide(
    Library.Targets.layer,
    Library.Np6.layer({
      apiKey: Redacted.make("a-key"),
      retry: Library.RetryPolicy.none,
      rateLimit: Library.RateLimit.none,
    }),
  ).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))
  const runtime = ManagedRuntime.make(layer)
  try {
    return await sendAll(runtime, (next) => {
      response = next
    }, options)
  } finally {
    await runtime.dispose()
  }
}
