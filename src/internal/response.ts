/**
 * Reading answers: bounded, in time, and decoded for what each endpoint promises.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as JsonArray from "effect/encoding/JsonArray"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { DeletedTarget, type DeletionReport } from "../Selection.ts"
import type { ListedTarget, Target } from "../Target.ts"
import { firstProblem } from "./issue.ts"
import { decodeListed, type Decoder, decodeTarget } from "./targetDecoder.ts"
import { type Broken, readFailure } from "./transport.ts"

/** Why an answer gives no value. */
export type Unreadable =
  | { readonly _tag: "Body"; readonly detail: string }
  | { readonly _tag: "TooLarge" }
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Broken"; readonly broken: Broken }

/** Reads the body of a successful answer. */
export type Reader<A> = (
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
) => Effect.Effect<A, Unreadable>

const maxBody = 8 * 1024 * 1024
const maxErrorBody = 64 * 1024
const maxElement = 16 * 1024 * 1024

const tooLarge: Unreadable = { _tag: "TooLarge" }
const timedOut: Unreadable = { _tag: "Broken", broken: { reason: "Timeout" } }
const unreadable = (detail: string): Unreadable => ({ _tag: "Body", detail })
const broken = (error: { readonly cause?: unknown }): Unreadable => ({
  _tag: "Broken",
  broken: readFailure(error.cause),
})

const isEmpty = (response: HttpClientResponse.HttpClientResponse): boolean =>
  response.status === 204 || response.headers["content-length"] === "0"

/** The body's bytes; a body of more than `limit` is cut there when `cut`, and an error otherwise. */
const readBytes = (
  response: HttpClientResponse.HttpClientResponse,
  limit: number,
  cut: boolean,
): Effect.Effect<Uint8Array, Unreadable> => {
  if (isEmpty(response)) return Effect.succeed(new Uint8Array())
  const declared = Number(response.headers["content-length"] ?? NaN)
  // Without an encoding the transport itself holds the body to the declared length.
  if (declared <= limit && response.headers["content-encoding"] === undefined) {
    return readWhole(response)
  }
  const streamed = Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    const take = (chunk: Uint8Array): Effect.Effect<boolean, Unreadable> => {
      size += chunk.length
      if (size > limit && !cut) return Effect.fail(tooLarge)
      chunks.push(chunk)
      return Effect.succeed(!cut || size < limit)
    }
    return response.stream.pipe(
      Stream.mapError((error) =>
        error.reason._tag === "EmptyBodyError" ? endOfEmpty : broken(error)
      ),
      Stream.runForEachWhile(take),
      Effect.catchIf((error) => error === endOfEmpty, () => Effect.void),
      Effect.map(() => join(chunks, size)),
    )
  })
  // A client that has read the body before us holds its stream, and has it kept.
  return Effect.catchDefect(streamed, () => readWhole(response))
}

const readWhole = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<Uint8Array, Unreadable> =>
  Effect.mapBoth(response.arrayBuffer, {
    onFailure: broken,
    onSuccess: (buffer) => new Uint8Array(buffer),
  })

// A transport that has no body to stream fails instead of ending: an empty body to us.
const endOfEmpty: Unreadable = { _tag: "Nothing" }

const join = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0]
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true })
const lenientUtf8 = new TextDecoder("utf-8")

const readText = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<string, Unreadable> =>
  Effect.flatMap(readBytes(response, maxBody, false), (bytes) => {
    try {
      return Effect.succeed(strictUtf8.decode(bytes))
    } catch {
      return Effect.fail(unreadable("the body is not UTF-8"))
    }
  })

/** The text of an error's body, as far as it can be had: a bad body never hides the status. */
export const readErrorText = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<string> =>
  readBytes(response, maxErrorBody, true).pipe(
    Effect.map((bytes) => lenientUtf8.decode(bytes)),
    Effect.catch(() => Effect.succeed("")),
  )

const parseJson = (text: string): Effect.Effect<unknown, Unreadable> => {
  try {
    return Effect.succeed(JSON.parse(text))
  } catch {
    return Effect.fail(
      unreadable(text.trim() === "" ? "the body is empty" : "the body is not JSON"),
    )
  }
}

const undecodable = (error: Schema.SchemaError): Unreadable => {
  const { path, problem } = firstProblem(error.issue)
  return unreadable(path === "" ? problem : `${problem} at ${path}`)
}

const reading = <A>(decode: Decoder<A>) => (json: unknown): Result.Result<A, Unreadable> =>
  Result.mapError(decode(json), undecodable)

const readAsTarget = reading(decodeTarget)
const readAsDeleted = reading(Schema.decodeUnknownResult(Schema.Array(DeletedTarget)))

/** Reads one target. */
export const readTarget: Reader<Target> = (response) =>
  readText(response).pipe(
    Effect.flatMap(parseJson),
    Effect.flatMap((json) => Effect.fromResult(readAsTarget(json))),
  )

/**
 * Reads the target of a search: an array of one is taken too, and `{}`, `null` or an empty array say
 * that there is none.
 */
export const readFound: Reader<Target> = (response) =>
  readText(response).pipe(
    Effect.flatMap(parseJson),
    Effect.flatMap((json) => {
      const found = Array.isArray(json) && json.length <= 1 ? json[0] : json
      return found === undefined || found === null || isEmptyObject(found)
        ? Effect.fail<Unreadable>({ _tag: "Nothing" })
        : Effect.fromResult(readAsTarget(found))
    }),
  )

const isEmptyObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  Object.keys(value).length === 0

/**
 * Reads an answer whose status is all it says. Its body is drained, to free the connection, but not
 * waited for.
 */
export const readNothing: Reader<void> = (response) =>
  isEmpty(response) ? Effect.void : readErrorText(response).pipe(
    Effect.timeoutOption("1 second"),
    Effect.asVoid,
  )

const isLong = (number: string): boolean =>
  number.replace(/\D/g, "").length > 15 || /e/i.test(number)

/** The same JSON, with all numbers as text whose digits a double may not keep. */
const keepDigits = (json: string): string =>
  json.replace(
    /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g,
    (token) => !token.startsWith('"') && isLong(token) ? `"${token}"` : token,
  )

// A report can't be asked for a second time, so no number in it may make it unreadable, or another's.
const parseDeletions = (text: string): Effect.Effect<DeletionReport, Unreadable> =>
  text.trim() === "" ? Effect.succeed({ deleted: [], complete: false }) : parseJson(text).pipe(
    Effect.flatMap(() => parseJson(keepDigits(text))),
    Effect.flatMap((json) => Effect.fromResult(readAsDeleted(json))),
    Effect.map((deleted) => ({ deleted, complete: true })),
  )

/** Reads the report of a bulk delete; an answer without a body reports nothing. */
export const readDeletions: Reader<DeletionReport> = (response) =>
  Effect.flatMap(readText(response), parseDeletions)

// Effect's own text decoder replaces what isn't UTF-8; in people's data that would be a silent loss.
const decodeUtf8 = (
  pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, Unreadable>,
): Pull.Pull<Arr.NonEmptyReadonlyArray<string>, Unreadable> => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  const decoded = (text: () => Arr.NonEmptyReadonlyArray<string>) =>
    Effect.try({ try: text, catch: () => unreadable("the body is not UTF-8") })
  return pull.pipe(
    Effect.flatMap((chunk) =>
      decoded(() => Arr.map(chunk, (bytes) => decoder.decode(bytes, { stream: true })))
    ),
    Pull.catchDone(() => Effect.andThen(decoded(() => [decoder.decode()]), Cause.done())),
  )
}

const decodeAll = (
  chunk: Arr.NonEmptyReadonlyArray<unknown>,
): Effect.Effect<Arr.NonEmptyReadonlyArray<ListedTarget>, Unreadable> =>
  Effect.fromResult(Result.mapError(Result.all(Arr.map(chunk, decodeListed)), undecodable))

/**
 * The targets of a list while they arrive. Silence of more than `timeout` between two pieces of the
 * body ends it.
 */
export const listed = (
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
): Stream.Stream<ListedTarget, Unreadable> => {
  const bytes = Stream.mapError(
    response.stream,
    (error): Unreadable =>
      error.reason._tag === "EmptyBodyError" ? unreadable("the body is empty") : broken(error),
  )
  const readable = Stream.catchCause(
    bytes,
    (cause) =>
      Cause.hasDies(cause)
        ? Stream.fail(unreadable("the body was read before, by `transformClient`"))
        : Stream.failCause(cause),
  )
  const text = Stream.transformPull(
    readable,
    (pull) =>
      Effect.sync(() =>
        decodeUtf8(Effect.timeoutOrElse(pull, {
          duration: timeout,
          orElse: () => Effect.fail(timedOut),
        }))
      ),
  )
  return text.pipe(
    Stream.pipeThroughChannelOrFail(
      JsonArray.decodeString<Unreadable>({ maxElementSize: maxElement }),
    ),
    Stream.mapError((error): Unreadable =>
      error._tag !== "JsonArrayError"
        ? error
        : error.kind === "Limit"
        ? tooLarge
        : unreadable("the body is not a whole JSON array")
    ),
    Stream.mapArrayEffect(decodeAll),
  )
}

/** Reads a list whole. */
export const readList: Reader<ReadonlyArray<ListedTarget>> = (response, timeout) =>
  Stream.runCollect(listed(response, timeout))

/** Opens a list: its targets come while they arrive. */
export const openList: Reader<Stream.Stream<ListedTarget, Unreadable>> = (response, timeout) =>
  Effect.succeed(listed(response, timeout))
