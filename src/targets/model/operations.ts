/**
 * The operations on targets, with a model's names and values in place of field ids and values.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Np6Response } from "../../client/Np6Response.ts"
import type { InvalidInput } from "../../client/Errors.ts"
import type { Selection } from "../../data/Selection.ts"
import type { TypedSelection, TypedTargets } from "./Shape.ts"
import type { TargetsService } from "../TargetsService.ts"
import { elementsOf } from "../../data/elements.ts"
import type { Refusal } from "../../http/request.ts"
import { type AnyCodec, type AnyValues, checking, refuse } from "./codec.ts"

const encodeSelection = (
  codec: AnyCodec,
  selection: TypedSelection<AnyValues, string>,
): Result.Result<Selection, InvalidInput> =>
  Result.flatMap(
    checking("targets.deleteMany", "selection", () => readSelection(selection)),
    (read) =>
      read._tag === "Other" ? Result.succeed(read.selection) : Result.map(
        Result.all(
          read.value.map((unicity, i) =>
            codec.encodeUnicity(unicity, "targets.deleteMany", `selection.value[${i}]`)
          ),
        ),
        (value): Selection => ({ type: "unicity", value }),
      ),
  )

type Read =
  | { readonly _tag: "Unicity"; readonly value: ReadonlyArray<unknown> }
  | { readonly _tag: "Other"; readonly selection: Selection }

const readSelection = (
  selection: TypedSelection<AnyValues, string>,
): Result.Result<Read, Refusal> => {
  if (selection?.type !== "unicity") return Result.succeed({ _tag: "Other", selection })
  const { value } = selection
  return Array.isArray(value)
    ? Result.succeed({ _tag: "Unicity", value: elementsOf(value) })
    : refuse("selection.value", "it is not an array")
}

const valueOf = <A, B>(f: (value: A) => B) => (answer: Np6Response<A>): Np6Response<B> => ({
  ...answer,
  value: f(answer.value),
})

// Nothing is encoded before the effect runs: it may run twice, over values that have changed.
const sending = <In, A, E>(
  encode: () => Result.Result<In, InvalidInput>,
  send: (encoded: In) => Effect.Effect<A, E>,
): Effect.Effect<A, E | InvalidInput> =>
  Effect.suspend(() => Effect.flatMap(Effect.fromResult(encode()), send))

/** The operations of a model over those of a service. */
export const makeOperations = (
  codec: AnyCodec,
  targets: TargetsService,
): TypedTargets<AnyValues, string> => {
  const { encode, encodeValues, encodeUnicity, decode } = codec
  const answer = targets.withResponse
  const decodeAll = (all: ReadonlyArray<Parameters<typeof decode>[0]>) => all.map(decode)
  return {
    list: Effect.map(targets.list, decodeAll),
    stream: Stream.map(targets.stream, decode),
    get: (id) => Effect.map(targets.get(id), decode),
    getByUnicity: (unicity) =>
      sending(() => encodeUnicity(unicity), targets.getByUnicity).pipe(Effect.map(decode)),
    upsert: (values) =>
      sending(() => encode(values), (to) => targets.upsert(to.unicity, to.values))
        .pipe(Effect.map(decode)),
    create: (values) =>
      sending(() => encode(values, "targets.create"), (to) => targets.create(to.values))
        .pipe(Effect.map(decode)),
    update: (id, values) =>
      sending(() => encodeValues(values), (to) => targets.update(id, to)).pipe(Effect.map(decode)),
    addToSegment: targets.addToSegment,
    removeFromSegment: targets.removeFromSegment,
    delete: targets.delete,
    deleteMany: (selection) => sending(() => encodeSelection(codec, selection), targets.deleteMany),
    withResponse: {
      list: Effect.map(answer.list, valueOf(decodeAll)),
      get: (id) => Effect.map(answer.get(id), valueOf(decode)),
      getByUnicity: (unicity) =>
        sending(() => encodeUnicity(unicity), answer.getByUnicity)
          .pipe(Effect.map(valueOf(decode))),
      upsert: (values) =>
        sending(() => encode(values), (to) => answer.upsert(to.unicity, to.values))
          .pipe(Effect.map(valueOf(decode))),
      create: (values) =>
        sending(() => encode(values, "targets.create"), (to) => answer.create(to.values))
          .pipe(Effect.map(valueOf(decode))),
      update: (id, values) =>
        sending(() => encodeValues(values), (to) => answer.update(id, to))
          .pipe(Effect.map(valueOf(decode))),
      addToSegment: answer.addToSegment,
      removeFromSegment: answer.removeFromSegment,
      delete: answer.delete,
      deleteMany: (selection) =>
        sending(() => encodeSelection(codec, selection), answer.deleteMany),
    },
  }
}
