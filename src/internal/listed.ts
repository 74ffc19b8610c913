/**
 * Reading the list: its targets while they arrive, checked and decoded.
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
import * as Stream from "effect/Stream"
import type { ListedTarget } from "../Target.ts"
import {
  broken,
  type Reader,
  tooLarge,
  undecodable,
  type Unreadable,
  unreadable,
} from "./response.ts"
import { decodeListed } from "./targetDecoder.ts"

const maxElement = 16 * 1024 * 1024

const timedOut: Unreadable = { _tag: "Broken", broken: { reason: "Timeout" } }

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
