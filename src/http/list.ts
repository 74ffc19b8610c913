/**
 * Reading the list: its targets while they arrive, checked and decoded.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Pull from "effect/Pull"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ListedTarget } from "../data/Target.ts"
import { ArrayParser, type Flaw } from "./arrayParser.ts"
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

type Element = ListedTarget | Schema.SchemaError

const isTarget = (element: Element): element is ListedTarget =>
  !(element instanceof Schema.SchemaError)

type Pieces = Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, Unreadable>
type Batches = Pull.Pull<Arr.NonEmptyReadonlyArray<ListedTarget>, Unreadable>

/** Parses and decodes what is pulled. What comes before a failure is given before it. */
const decoded = (pieces: Pieces): Batches => {
  const parser = new ArrayParser(parseListed)
  let waiting: ReadonlyArray<Uint8Array> = []
  let pushed = 0
  let start: Uint8Array | undefined
  let failure: Unreadable | undefined

  const sift = (elements: ReadonlyArray<Element>): ReadonlyArray<ListedTarget> => {
    if (elements.every(isTarget)) return elements
    const targets: Array<ListedTarget> = []
    for (const element of elements) {
      if (!isTarget(element)) {
        failure = undecodable(element)
        break
      }
      targets.push(element)
    }
    return targets
  }

  const pull: Batches = Effect.suspend(() => {
    while (failure === undefined) {
      const elements = parser.next()
      const flaw = parser.flaw
      if (elements !== undefined) {
        const targets = sift(elements)
        if (Arr.isReadonlyArrayNonEmpty(targets)) return Effect.succeed(targets)
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
  const more: Batches = Pull.matchEffect(pieces, {
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
 * The targets of a list while they arrive. Silence of more than `timeout` between two pieces of the
 * body ends it.
 */
export const listed = (
  response: HttpClientResponse.HttpClientResponse,
  timeout: Duration.Duration,
): Stream.Stream<ListedTarget, Unreadable> => {
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
        decoded(Effect.timeoutOrElse(pull, {
          duration: timeout,
          orElse: () => Effect.fail(timedOut),
        }))
      ),
  )
}

/** Reads a list whole. */
export const readList: Reader<ReadonlyArray<ListedTarget>> = {
  kind: "streamed",
  read: (response, timeout) => Stream.runCollect(listed(response, timeout)),
}

/** A list that is open: its targets while they arrive, and what gives up the rest of the body. */
export interface OpenList {
  readonly targets: Stream.Stream<ListedTarget, Unreadable>
  readonly cancel: Effect.Effect<void>
}

/** Opens a list. */
export const openList: Reader<OpenList> = {
  kind: "streamed",
  read: (response, timeout) =>
    Effect.succeed({
      targets: listed(response, timeout),
      // To begin with a body and to stop cancels it; one that is being read is cancelled by its reader.
      cancel: Effect.suspend(() => Effect.scoped(Stream.toPull(response.stream))).pipe(
        Effect.ignoreCause,
      ),
    }),
}
