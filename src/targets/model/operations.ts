/**
 * The operations on targets with a model's names and values in place of field ids and values.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import type { InvalidInput } from "../../client/Errors.ts"
import type { Np6Response } from "../../client/Np6Response.ts"
import { elementsOf } from "../../data/elements.ts"
import type { FieldValues } from "../../data/Field.ts"
import type { DeletionReport, Selection } from "../../data/Selection.ts"
import type { UnicityInput } from "../../data/Unicity.ts"
import type { Checked } from "../../http/request.ts"
import type { TargetsOperations, TargetsService } from "../TargetsService.ts"
import { type AnyCodec, checking } from "./codec.ts"
import type { AnyValues } from "./column.ts"
import type { TypedSelection, TypedTargets } from "./Shape.ts"

type Encoded<A> = Result.Result<A, InvalidInput>

/** An operation in its two forms: returning its value, and returning its value in its response. */
interface Forms<Args extends ReadonlyArray<unknown>, A, E> {
  readonly value: (...args: Args) => Effect.Effect<A, E>
  readonly response: (...args: Args) => Effect.Effect<Np6Response<A>, E>
}

interface ValueForm extends Struct.Lambda {
  <F>(forms: { readonly value: F }): F
  readonly "~lambda.out": this["~lambda.in"] extends { readonly value: infer F } ? F : never
}

interface ResponseForm extends Struct.Lambda {
  <F>(forms: { readonly response: F }): F
  readonly "~lambda.out": this["~lambda.in"] extends { readonly response: infer F } ? F : never
}

const valueForm = Struct.lambda<ValueForm>((forms) => forms.value)
const responseForm = Struct.lambda<ResponseForm>((forms) => forms.response)

const inResponse = <A, B>(f: (value: A) => B) => (response: Np6Response<A>): Np6Response<B> => ({
  ...response,
  value: f(response.value),
})

/**
 * Both forms of an operation with typed arguments and a typed value. Arguments are encoded when the
 * effect runs.
 */
const typed = <In extends ReadonlyArray<unknown>, Args extends ReadonlyArray<unknown>, A, B, E>(
  { value, response }: Forms<Args, A, E>,
  encode: (...args: In) => Encoded<Args>,
  decode: (value: A) => B,
): Forms<In, B, E | InvalidInput> => {
  const encoded = (args: In) => Effect.suspend(() => Effect.fromResult(encode(...args)))
  return {
    value: (...args) =>
      Effect.map(Effect.flatMap(encoded(args), (encoded) => value(...encoded)), decode),
    response: (...args) =>
      Effect.map(
        Effect.flatMap(encoded(args), (encoded) => response(...encoded)),
        inResponse(decode),
      ),
  }
}

const encodeSelection = (
  codec: AnyCodec,
  selection: TypedSelection<AnyValues, string>,
): Encoded<[Selection]> =>
  Result.flatMap(
    checking("targets.deleteMany", "selection", () => readSelection(selection)),
    (read) =>
      read._tag === "Other" ? Result.succeed([read.selection]) : Result.map(
        Result.all(
          read.value.map((unicity, i) =>
            codec.encodeUnicity(unicity, "targets.deleteMany", `selection.value[${i}]`)
          ),
        ),
        (value): [Selection] => [{ type: "unicity", value }],
      ),
  )

type Read =
  | { readonly _tag: "Unicity"; readonly value: ReadonlyArray<unknown> }
  | { readonly _tag: "Other"; readonly selection: Selection }

/** Reads a selection once. One that isn't of unicities is passed on, for the operation to check. */
const readSelection = (given: TypedSelection<AnyValues, string>): Checked<Read> => {
  const selection = { ...given }
  if (selection.type !== "unicity") return Result.succeed({ _tag: "Other", selection })
  const { value } = selection
  return Array.isArray(value)
    ? Result.succeed({ _tag: "Unicity", value: elementsOf(value) })
    : Result.fail({ input: "selection.value", problem: "it is not an array" })
}

/** The operations of a model over those of a service. */
export const makeOperations = (
  codec: AnyCodec,
  targets: TargetsService,
): TypedTargets<AnyValues, string> => {
  const { encode, encodeValues, encodeUnicity, decode } = codec
  const { withResponse } = targets
  const decodeAll = (all: ReadonlyArray<Parameters<typeof decode>[0]>) => all.map(decode)
  const forms = <O extends Exclude<keyof TargetsOperations, "list">>(operation: O) => ({
    value: targets[operation],
    response: withResponse[operation],
  })
  const operations = {
    get: typed(forms("get"), (id: string) => Result.succeed<[string]>([id]), decode),
    getByUnicity: typed(
      forms("getByUnicity"),
      (unicity: unknown) =>
        Result.map(encodeUnicity(unicity), (unicity): [UnicityInput] => [unicity]),
      decode,
    ),
    find: typed(
      forms("find"),
      (unicity: unknown) =>
        Result.map(
          encodeUnicity(unicity, "targets.find"),
          (unicity): [UnicityInput] => [unicity],
        ),
      Option.map(decode),
    ),
    upsert: typed(
      forms("upsert"),
      (values: AnyValues) =>
        Result.map(
          encode(values),
          ({ unicity, values }): [UnicityInput, FieldValues] => [unicity, values],
        ),
      decode,
    ),
    create: typed(
      forms("create"),
      (values: AnyValues) =>
        Result.map(encode(values, "targets.create"), ({ values }): [FieldValues] => [values]),
      decode,
    ),
    update: typed(
      forms("update"),
      (id: string, values: AnyValues) =>
        Result.map(encodeValues(values), (values): [string, FieldValues] => [id, values]),
      decode,
    ),
    ensureInSegment: typed(
      forms("ensureInSegment"),
      (values: AnyValues, segment: number) =>
        Result.map(
          encode(values),
          ({ unicity, values }): [UnicityInput, FieldValues, number] => [unicity, values, segment],
        ),
      decode,
    ),
    deleteMany: typed(
      forms("deleteMany"),
      (selection: TypedSelection<AnyValues, string>) => encodeSelection(codec, selection),
      identity<DeletionReport>,
    ),
  }
  return {
    ...Struct.map(operations, valueForm),
    list: Effect.map(targets.list, decodeAll),
    stream: Stream.map(targets.stream, decode),
    addToSegment: targets.addToSegment,
    removeFromSegment: targets.removeFromSegment,
    delete: targets.delete,
    withResponse: {
      ...Struct.map(operations, responseForm),
      list: Effect.map(withResponse.list, inResponse(decodeAll)),
      addToSegment: withResponse.addToSegment,
      removeFromSegment: withResponse.removeFromSegment,
      delete: withResponse.delete,
    },
  }
}
