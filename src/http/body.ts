/**
 * Reading responses: bounded in size and time, and decoded for each endpoint.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { isExact } from "../data/number.ts"
import { DeletedTarget, type DeletionReport } from "../data/Selection.ts"
import type { Target } from "../data/Target.ts"
import { decodeText } from "./charset.ts"
import { isDeeperThan, maxDepth } from "./depth.ts"
import { firstProblem } from "../data/problem.ts"
import { type Decoder, decodeTarget } from "./decodeTarget.ts"
import { type Broken, readFailure } from "./failure.ts"
import { looksLikeHtml } from "./html.ts"

/** Why a response gives no value. */
export type Unreadable =
  | { readonly _tag: "Body"; readonly detail: string }
  | { readonly _tag: "TooLarge" }
  | { readonly _tag: "Nothing" }
  /** A page in place of a value. */
  | { readonly _tag: "Html"; readonly text: string }
  | { readonly _tag: "Broken"; readonly broken: Broken }

/** How the body of a success is read. */
export type Reader<A> = Whole<A> | Nothing<A> | Streamed<A>

/** A body that is read whole, and then decoded. */
export interface Whole<A> {
  readonly kind: "whole"
  readonly decode: (body: Uint8Array) => Result.Result<A, Unreadable>
}

/** The status says everything. A body is drained to free the connection, for a second at most. */
export interface Nothing<A> {
  readonly kind: "nothing"
  readonly value: A
}

/** A body whose pieces may take the timeout each. */
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
/** The bounds of an error's body. */
export const errorBody: Bounds = { limit: 64 * 1024, cut: true }

/** Why a response beyond its bound gives no value. */
export const tooLarge: Unreadable = { _tag: "TooLarge" }
/** Why a page gives no value. */
export const htmlPage = (text: string): Unreadable => ({ _tag: "Html", text })
/** Why a body that can't be decoded gives no value. */
export const unreadable = (detail: string): Unreadable => ({ _tag: "Body", detail })
/** Why a response that broke off gives no value. */
export const broken = (error: { readonly cause?: unknown }): Unreadable => ({
  _tag: "Broken",
  broken: readFailure(error.cause),
})

/** What the head of a response says about its body. */
export interface Declared {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
}

/** Whether there is no body to read. */
export const isEmpty = ({ status, headers }: Declared): boolean =>
  status === 204 || headers["content-length"] === "0"

// Whether the transport bounds the body.
const isHeld = ({ headers }: Declared, { limit }: Bounds): boolean =>
  Number(headers["content-length"] ?? NaN) <= limit &&
  headers["content-encoding"] === undefined && headers["transfer-encoding"] === undefined

const readBytes = (
  head: Declared,
  response: HttpClientResponse.HttpClientResponse,
  bounds: Bounds,
): Effect.Effect<Uint8Array, Unreadable> => {
  if (isEmpty(head)) return Effect.succeed(new Uint8Array())
  if (isHeld(head, bounds)) return readWhole(response)
  return Option.match(HttpClientResponse.toWeb(response), {
    // `transformClient` may have read the body before, which then has it kept.
    onSome: (web) =>
      web.bodyUsed || web.body === null ? readWhole(response) : readWeb(web.body, bounds),
    onNone: () =>
      // Reading the stream of a body that was read before is a defect of some clients.
      Effect.catchDefect(readStream(response, bounds), () => readWhole(response)),
  })
}

const readWhole = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<Uint8Array, Unreadable> =>
  Effect.mapBoth(response.arrayBuffer, {
    onFailure: broken,
    onSuccess: (buffer) => new Uint8Array(buffer),
  })

// On Deno, `response.stream` costs two to three times as much for a small body.
const readWeb = (
  body: ReadableStream<Uint8Array>,
  { cut, limit }: Bounds,
): Effect.Effect<Uint8Array, Unreadable> =>
  Effect.callback((resume) => {
    const reader = body.getReader()
    const cancel = () => void reader.cancel().catch(() => {})
    const read = async (): Promise<Effect.Effect<Uint8Array, Unreadable>> => {
      const chunks: Array<Uint8Array> = []
      let size = 0
      while (size < limit || !cut) {
        const { done, value } = await reader.read()
        if (done) return Effect.succeed(join(chunks, size))
        chunks.push(value)
        size += value.length
        if (size > limit && !cut) break
      }
      // Nothing needs the rest.
      cancel()
      return cut ? Effect.succeed(join(chunks, size)) : Effect.fail(tooLarge)
    }
    read().then(resume, (cause) => resume(Effect.fail(broken({ cause }))))
    return Effect.sync(cancel)
  })

const readStream = (
  response: HttpClientResponse.HttpClientResponse,
  { cut, limit }: Bounds,
): Effect.Effect<Uint8Array, Unreadable> =>
  Effect.suspend(() => {
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

// Effect's clients fail instead of ending where a response has no body.
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

const bodyText = (bytes: Uint8Array): Result.Result<string, Unreadable> => {
  try {
    return Result.succeed(strictUtf8.decode(bytes))
  } catch {
    return Result.fail(unreadable("the body is not UTF-8"))
  }
}

/** The text of an error's body, as far as it can be had: a bad body never hides the status. */
export const readErrorText = (
  head: Declared,
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<string> =>
  readBytes(head, response, errorBody).pipe(
    Effect.map((bytes) =>
      decodeText(bytes, head.headers["content-type"], bytes.length >= errorBody.limit)
    ),
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
      return isEmpty(head) ? Effect.succeed(reader.value) : Effect.flatMap(
        Effect.timeoutOption(readErrorText(head, response), drainFor),
        Option.match({
          onNone: () => Effect.succeed(reader.value),
          onSome: (text) =>
            looksLikeHtml(text) ? Effect.fail(htmlPage(text)) : Effect.succeed(reader.value),
        }),
      )
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
    if (looksLikeHtml(text)) return Result.fail(htmlPage(text))
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

/** Reads JSON by a schema. */
export const readAs = <A, E>(schema: Schema.Codec<A, E>): Reader<A> => {
  const decode = reading(Schema.decodeUnknownResult(schema))
  return whole((text) => Result.flatMap(parseJson(text), decode))
}

/** Reads one target. */
export const readTarget: Reader<Target> = whole((text) =>
  Result.flatMap(parseJson(text), readAsTarget)
)

const found = (text: string): Result.Result<Option.Option<Target>, Unreadable> =>
  Result.flatMap(parseJson(text), (json) => {
    const found = Array.isArray(json) && json.length <= 1 ? json[0] : json
    const isNothing = found === undefined || found === null ||
      (Predicate.isObject(found) && Object.keys(found).length === 0)
    return isNothing ? Result.succeed(Option.none()) : Result.map(readAsTarget(found), Option.some)
  })

/**
 * Reads the target of a search, if there is one: an array of one target is taken too, and `{}`,
 * `null` or an empty array say that there is none.
 */
export const readFound: Reader<Option.Option<Target>> = whole(found)

/** The same, where no target is a problem. */
export const readTheFound: Reader<Target> = whole((text) =>
  Result.flatMap(
    found(text),
    Option.match({
      onNone: () => Result.fail<Unreadable>({ _tag: "Nothing" }),
      onSome: (target) => Result.succeed(target),
    }),
  )
)

/** Reads a response whose status says everything. */
export const readNothing: Reader<void> = { kind: "nothing", value: undefined }

const hasLostDigits = (json: unknown): boolean =>
  Array.isArray(json) &&
  json.some((entry) =>
    Predicate.hasProperty(entry, "unicity") && Array.isArray(entry.unicity) &&
    entry.unicity.some((criterion) => typeof criterion === "number" && !isExact(criterion))
  )

/**
 * Reads the report of a bulk delete; a response without a body reports nothing.
 *
 * NP6 can't be asked for it a second time, so a number whose digits JSON has lost doesn't make it
 * unreadable: that criterion is empty then, and the report incomplete.
 */
export const readDeletions: Reader<DeletionReport> = whole((text) =>
  text.trim() === ""
    ? Result.succeed({ deleted: [], complete: false })
    : Result.flatMap(parseJson(text), (json) =>
      Result.map(
        readAsDeleted(json),
        (deleted): DeletionReport => ({ deleted, complete: !hasLostDigits(json) }),
      ))
)
