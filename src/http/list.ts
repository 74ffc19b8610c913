/**
 * Reading an array of any length: its elements while they arrive, checked and decoded.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ListedTarget } from "../data/Target.ts"
import { ArrayParser, type Flaw, type ParseElements } from "./arrayParser.ts"
import {
  broken,
  htmlPage,
  type Reader,
  tooLarge,
  undecodable,
  type Unreadable,
  unreadable,
} from "./body.ts"
import { decodeText } from "./charset.ts"
import { parseListed } from "./decodeTarget.ts"
import { looksLikeHtml } from "./html.ts"

const timedOut: Unreadable = { _tag: "Broken", broken: { reason: "Timeout" } }

const flaws: { readonly [F in Flaw]: Unreadable } = {
  Syntax: unreadable("the body is not a whole JSON array"),
  Encoding: unreadable("the body is not UTF-8"),
  Limit: tooLarge,
}

// Enough to tell a page by.
const startLength = 256

/** Why a body that isn't a list gives no value, by how it starts. */
const flawed = (flaw: Flaw, start: Uint8Array | undefined): Unreadable => {
  if (flaw !== "Syntax" || start === undefined) return flaws[flaw]
  const text = decodeText(start.subarray(0, startLength), undefined, true)
  return looksLikeHtml(text) ? htmlPage(text) : flaws[flaw]
}

/** Parses elements, and decodes each to its value or to what is wrong with it. */
export type DecodeElements<A> = ParseElements<A | Schema.SchemaError>

const isDecoded = <A>(element: A | Schema.SchemaError): element is A =>
  !(element instanceof Schema.SchemaError)

type Pieces = Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, Unreadable>
type Batches<A> = Pull.Pull<Arr.NonEmptyReadonlyArray<A>, Unreadable>

/** Parses and decodes what is pulled. What comes before a failure is given before it. */
const decoded = <A>(pieces: Pieces, decode: DecodeElements<A>): Batches<A> => {
  const parser = new ArrayParser(decode)
  let waiting: ReadonlyArray<Uint8Array> = []
  let pushed = 0
  let start: Uint8Array | undefined
  let failure: Unreadable | undefined

  const sift = (elements: ReadonlyArray<A | Schema.SchemaError>): ReadonlyArray<A> => {
    if (elements.every(isDecoded)) return elements
    const before: Array<A> = []
    for (const element of elements) {
      if (!isDecoded(element)) {
        failure = undecodable(element)
        break
      }
      before.push(element)
    }
    return before
  }

  const pull: Batches<A> = Effect.suspend(() => {
    while (failure === undefined) {
      const elements = parser.next()
      const flaw = parser.flaw
      if (elements !== undefined) {
        const before = sift(elements)
        if (Arr.isReadonlyArrayNonEmpty(before)) return Effect.succeed(before)
      } else if (flaw !== undefined) failure = flawed(flaw, start)
      else {
        const piece = waiting[pushed++]
        if (piece === undefined) return more
        start ??= piece
        parser.push(piece)
      }
    }
    return Effect.fail(failure)
  })
  const more: Batches<A> = Pull.matchEffect(pieces, {
    onSuccess: (arrived) => {
      waiting = arrived
      pushed = 0
      return pull
    },
    onFailure: Effect.failCause,
    onDone: (): Pull.Pull<never, Unreadable> => {
      const flaw = parser.end()
      return flaw === undefined ? Cause.done() : Effect.fail(flawed(flaw, start))
    },
  })
  return pull
}

/**
 * The elements of an array while they arrive. Silence of more than `timeout` between two pieces of the
 * body ends it.
 */
const elementsIn = <A>(
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
  decode: DecodeElements<A>,
): Stream.Stream<A, Unreadable> => {
  // A body that was read before throws when its stream is set up.
  const body = Stream.unwrap(Effect.sync(() => response.stream))
  const bytes = Stream.mapError(
    body,
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
  return Stream.transformPull(
    readable,
    (pull) =>
      Effect.sync(() =>
        decoded(
          Effect.timeoutOrElse(pull, {
            duration: timeout,
            orElse: () => Effect.fail(timedOut),
          }),
          decode,
        )
      ),
  )
}

/** An array that is open: its elements while they arrive, and what gives up the rest of the body. */
export interface OpenList<A> {
  readonly elements: Stream.Stream<A, Unreadable>
  readonly cancel: Effect.Effect<void>
}

/** Opens an array. */
export const openListOf = <A>(decode: DecodeElements<A>): Reader<OpenList<A>> => ({
  kind: "streamed",
  read: (response, timeout) =>
    Effect.succeed({
      elements: elementsIn(response, timeout, decode),
      // To begin with a body and to stop cancels it; one that is being read is cancelled by its reader.
      cancel: Effect.suspend(() => Effect.scoped(Stream.toPull(response.stream))).pipe(
        Effect.ignoreCause,
      ),
    }),
})

/** Decodes elements by their schema. */
export const elementsBy = <A, E>(schema: Schema.Codec<A, E>): DecodeElements<A> => {
  const decode = Schema.decodeUnknownResult(schema)
  return (text, byJson) => byJson(text).map((json) => Result.merge(decode(json)))
}

/** Opens the list of targets. */
export const openList: Reader<OpenList<ListedTarget>> = openListOf(parseListed)

/** Reads the list of targets whole. */
export const readList: Reader<ReadonlyArray<ListedTarget>> = {
  kind: "streamed",
  read: (response, timeout) => Stream.runCollect(elementsIn(response, timeout, parseListed)),
}
