/**
 * Reading answers: bounded, in time, and decoded for what each endpoint promises.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { DeletedTarget, type DeletionReport } from "../data/Selection.ts"
import type { Target } from "../data/Target.ts"
import { isDeeperThan, maxDepth } from "./depth.ts"
import { firstProblem } from "../data/problem.ts"
import { type Decoder, decodeTarget } from "./decodeTarget.ts"
import { type Broken, readFailure } from "./failure.ts"

/** Why an answer gives no value. */
export type Unreadable =
  | { readonly _tag: "Body"; readonly detail: string }
  | { readonly _tag: "TooLarge" }
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Broken"; readonly broken: Broken }

/** How the body of a successful answer is read. */
export type Reader<A> = Whole<A> | Nothing<A> | Streamed<A>

/** A body that is read whole, and then decoded. */
export interface Whole<A> {
  readonly kind: "whole"
  readonly decode: (body: Uint8Array) => Result.Result<A, Unreadable>
}

/** The status says all. A body is drained, to free the connection, but not waited for. */
export interface Nothing<A> {
  readonly kind: "nothing"
  readonly value: A
}

/** A body that may take its time, as long as it isn't silent for the timeout. */
export interface Streamed<A> {
  readonly kind: "streamed"
  readonly read: (
    response: HttpClientResponse.HttpClientResponse,
    timeout: Duration.Duration,
  ) => Effect.Effect<A, Unreadable>
}

/** What is read of a body. */
export interface Bounds {
  /** In bytes. */
  readonly limit: number
  /** Whether a longer body is cut there; it is an error otherwise. */
  readonly cut: boolean
}

/** The bounds of a target, or of a report. */
export const wholeBody: Bounds = { limit: 8 * 1024 * 1024, cut: false }
/** The bounds of an error's words. */
export const errorBody: Bounds = { limit: 64 * 1024, cut: true }

/** Why an answer beyond its bound gives no value. */
export const tooLarge: Unreadable = { _tag: "TooLarge" }
/** Why a body that isn't what it should be gives no value. */
export const unreadable = (detail: string): Unreadable => ({ _tag: "Body", detail })
/** Why an answer that broke off gives no value. */
export const broken = (error: { readonly cause?: unknown }): Unreadable => ({
  _tag: "Broken",
  broken: readFailure(error.cause),
})

/** What a head says of its body. */
export interface Declared {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
}

/** Whether there is no body to read. */
export const isEmpty = ({ status, headers }: Declared): boolean =>
  status === 204 || headers["content-length"] === "0"

/** Whether the transport itself holds the body to a length within the bounds. */
export const isHeld = ({ headers }: Declared, { limit }: Bounds): boolean =>
  Number(headers["content-length"] ?? NaN) <= limit &&
  headers["content-encoding"] === undefined && headers["transfer-encoding"] === undefined

const readBytes = (
  head: Declared,
  response: HttpClientResponse.HttpClientResponse,
  bounds: Bounds,
): Effect.Effect<Uint8Array, Unreadable> => {
  if (isEmpty(head)) return Effect.succeed(new Uint8Array())
  if (isHeld(head, bounds)) return readWhole(response)
  const { cut, limit } = bounds
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

/** The chunks in one piece. */
export const join = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
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

const bodyText = (bytes: Uint8Array): Result.Result<string, Unreadable> => {
  try {
    return Result.succeed(strictUtf8.decode(bytes))
  } catch {
    return Result.fail(unreadable("the body is not UTF-8"))
  }
}

/** The text of an error's body: as much as can be read of it. */
export const errorText = (bytes: Uint8Array): string => lenientUtf8.decode(bytes)

/** The text of an error's body, as far as it can be had: a bad body never hides the status. */
export const readErrorText = (
  head: Declared,
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<string> =>
  readBytes(head, response, errorBody).pipe(
    Effect.map(errorText),
    Effect.catch(() => Effect.succeed("")),
  )

/** Reads a body by its reader. */
export const readBy = <A>(
  reader: Reader<A>,
  head: Declared,
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
): Effect.Effect<A, Unreadable> => {
  switch (reader.kind) {
    case "whole":
      return Effect.flatMap(
        readBytes(head, response, wholeBody),
        (bytes) => Effect.fromResult(reader.decode(bytes)),
      )
    case "nothing":
      return isEmpty(head)
        ? Effect.succeed(reader.value)
        : Effect.as(Effect.timeoutOption(readErrorText(head, response), drainFor), reader.value)
    case "streamed":
      return reader.read(response, timeout)
  }
}

/** How long a body may take that nobody needs. */
export const drainFor: Duration.Duration = Duration.seconds(1)

const parseJson = (text: string): Result.Result<unknown, Unreadable> => {
  if (isDeeperThan(maxDepth, text)) return Result.fail(tooLarge)
  try {
    return Result.succeed(JSON.parse(text))
  } catch {
    return Result.fail(
      unreadable(text.trim() === "" ? "the body is empty" : "the body is not JSON"),
    )
  }
}

/** Why a value that the schema refuses is none. */
export const undecodable = (error: Schema.SchemaError): Unreadable => {
  const { path, problem } = firstProblem(error.issue)
  return unreadable(path === "" ? problem : `${problem} at ${path}`)
}

const reading = <A>(decode: Decoder<A>) => (json: unknown): Result.Result<A, Unreadable> =>
  Result.mapError(decode(json), undecodable)

const readAsTarget = reading(decodeTarget)
const readAsDeleted = reading(Schema.decodeUnknownResult(Schema.Array(DeletedTarget)))

const whole = <A>(decode: (text: string) => Result.Result<A, Unreadable>): Reader<A> => ({
  kind: "whole",
  decode: (body) => Result.flatMap(bodyText(body), decode),
})

/** Reads one target. */
export const readTarget: Reader<Target> = whole((text) =>
  Result.flatMap(parseJson(text), readAsTarget)
)

/**
 * Reads the target of a search: an array of one is taken too, and `{}`, `null` or an empty array say
 * that there is none.
 */
export const readFound: Reader<Target> = whole((text) =>
  Result.flatMap(parseJson(text), (json) => {
    const found = Array.isArray(json) && json.length <= 1 ? json[0] : json
    const isEmpty = Predicate.isObject(found) && Object.keys(found).length === 0
    return found === undefined || found === null || isEmpty
      ? Result.fail<Unreadable>({ _tag: "Nothing" })
      : readAsTarget(found)
  })
)

/** Reads an answer whose status is all it says. */
export const readNothing: Reader<void> = { kind: "nothing", value: undefined }

const isLong = (number: string): boolean =>
  number.replace(/\D/g, "").length > 15 || /e/i.test(number)

/** The same JSON, with all numbers as text whose digits a double may not keep. */
const keepDigits = (json: string): string =>
  json.replace(
    /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g,
    (token) => !token.startsWith('"') && isLong(token) ? `"${token}"` : token,
  )

/**
 * Reads the report of a bulk delete; an answer without a body reports nothing.
 *
 * It can't be asked for a second time, so no number in it may make it unreadable, or another's.
 */
export const readDeletions: Reader<DeletionReport> = whole((
  text,
): Result.Result<DeletionReport, Unreadable> =>
  text.trim() === "" ? Result.succeed({ deleted: [], complete: false }) : parseJson(text).pipe(
    Result.flatMap(() => parseJson(keepDigits(text))),
    Result.flatMap(readAsDeleted),
    Result.map((deleted) => ({ deleted, complete: true })),
  )
)
