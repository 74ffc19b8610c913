/**
 * What the bulk operators do: a call an input, or a chunk of inputs at a time.
 *
 * @module
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { type CommonFailure, type Conflict, InvalidInput, type NotFound } from "../client/Errors.ts"
import { guard } from "../data/guard.ts"
import type { DeletionReport } from "../data/Selection.ts"
import type { Unicity, UnicityInput } from "../data/Unicity.ts"
import { checkDeletion } from "../targets/arguments.ts"
import { Targets } from "../targets/Targets.ts"
import { receive, type Received } from "./given.ts"
import { refuseChunkSize } from "./options.ts"
import type { BulkOptions, Deletion, Done, Given, Operator } from "./Outcome.ts"
import { run } from "./run.ts"

type Service = Targets["Service"]
type MemberFailure = CommonFailure | NotFound

/** One call an input. */
export interface Each<I, G, P, A, E, EC, RC> {
  readonly operation: string
  /** The user's callback. */
  readonly callback: (input: I) => Given<G, EC, RC>
  /** Makes of what the callback gave what the call needs. */
  readonly read: (given: G) => Result.Result<P, InvalidInput>
  readonly key: ((prepared: P) => string | undefined) | undefined
  readonly call: (targets: Service, prepared: P) => Effect.Effect<A, E>
  readonly options: BulkOptions<I, A, E | EC | InvalidInput> | undefined
}

/** An operator with a call an input. */
export const each = <I, G, P, A, E, EC, RC>(
  { call, callback, key, operation, options = {}, read }: Each<I, G, P, A, E, EC, RC>,
): Operator<I, A, E | EC | InvalidInput, RC> =>
  run<I, P, A, E | EC | InvalidInput, RC | Targets, I, A, E | EC | InvalidInput>({
    operation,
    prepare: (input) =>
      mapReceived(
        receive(operation, () => callback(input)),
        (given) => guarded(operation, () => read(given)),
      ),
    key,
    call: (prepared) => Targets.use((targets) => call(targets, prepared)),
    expand: Arr.of,
  }, options)

/** An operator that adds the target of an input to a segment. */
export const eachAdded = <I, E, R>(
  segment: number,
  toId: (input: I) => Given<string, E, R>,
  options: BulkOptions<I, void, MemberFailure | Conflict<"AlreadyInSegment"> | E> | undefined,
): Operator<I, void, MemberFailure | Conflict<"AlreadyInSegment"> | E, R> =>
  each({
    operation: "targets.addToSegment",
    callback: toId,
    read: Result.succeed,
    key: idKey,
    call: (targets, id: string) => targets.addToSegment(id, segment),
    options,
  })

/** An operator that removes the target of an input from a segment. */
export const eachRemoved = <I, E, R>(
  segment: number,
  toId: (input: I) => Given<string, E, R>,
  options: BulkOptions<I, void, MemberFailure | Conflict<"DynamicSegment"> | E> | undefined,
): Operator<I, void, MemberFailure | Conflict<"DynamicSegment"> | E, R> =>
  each({
    operation: "targets.removeFromSegment",
    callback: toId,
    read: Result.succeed,
    key: idKey,
    call: (targets, id: string) => targets.removeFromSegment(id, segment),
    options,
  })

const mapReceived = <A, B, E, E2, R>(
  received: Received<A, E, R>,
  f: (value: A) => Result.Result<B, E2>,
): Received<B, E | E2, R> =>
  Result.isResult(received)
    ? Result.flatMap(received, f)
    : Effect.flatMap(received, (value) => Effect.fromResult(f(value)))

// What a callback gave may be no object, or have getters that throw.
const guarded = <A>(
  operation: string,
  read: () => Result.Result<A, InvalidInput>,
): Result.Result<A, InvalidInput> =>
  guard(
    read,
    new InvalidInput({
      operation,
      applied: "no",
      attempts: 0,
      input: "callback",
      problem: "the value that it gave can't be read",
    }),
  )

/** A key of an id; of what isn't one, which its call refuses, a key that all of them have. */
export const idKey = (id: unknown): string => typeof id === "string" ? id : ""

/** A key that tells targets apart as servers may: mostly an address in capitals is the same. */
export const unicityKey = (unicity: UnicityInput): string => {
  try {
    return JSON.stringify([unicity].flat()).toLowerCase()
  } catch {
    // It can't be read, so its call refuses it.
    return ""
  }
}

/** A bulk deletion. */
export interface Deleting<I, G, EC, RC> {
  readonly by: "id" | "unicity"
  readonly callback: (input: I) => Given<G, EC, RC>
  /** Makes of what the callback gave an id or a unicity. */
  readonly read: (given: G) => Result.Result<unknown, InvalidInput>
  readonly options:
    | BulkOptions<I, Deletion, CommonFailure | EC> & { readonly chunkSize?: number | undefined }
    | undefined
}

/** An input of a deletion, and what is sent of it: read and checked once. */
interface Deletable<I, E> {
  readonly input: I
  readonly checked: Result.Result<string | Unicity, E>
}

const operation = "targets.deleteMany"

/** An operator with a call a chunk of inputs. */
export const deleting = <I, G, EC, RC>(
  { by, callback, options = {}, read }: Deleting<I, G, EC, RC>,
): Operator<I, Deletion, CommonFailure | EC, RC> => {
  type Chunk = Arr.NonEmptyReadonlyArray<I>
  type Deletables = ReadonlyArray<Deletable<I, InvalidInput | EC>>
  const check = (given: G): Result.Result<string | Unicity, InvalidInput> =>
    Result.flatMap(guarded(operation, () => read(given)), (value) =>
      Result.mapError(
        checkDeletion(by, value),
        (refused) => new InvalidInput({ operation, applied: "no", attempts: 0, ...refused }),
      ))
  const readOne = (input: I): Received<string | Unicity, InvalidInput | EC, RC> =>
    mapReceived(receive(operation, () => callback(input)), check)
  const work = run<
    Chunk,
    Deletables,
    DeletionReport,
    CommonFailure,
    RC | Targets,
    I,
    Deletion,
    CommonFailure | EC
  >({
    operation,
    prepare: (chunk) => readAll(chunk, readOne),
    call: (deletables) => deleteChunk(by, Arr.filterMap(deletables, ({ checked }) => checked)),
    size: (chunk) => chunk.length,
    expand: (outcome, deletables) => {
      // Not by its tag, which is in part a parameter of the type.
      const share = "value" in outcome
        ? shareOf<I>(outcome, by)
        : (input: I) => ({ ...outcome, input })
      return Arr.map(outcome.input, (input, index) => {
        const checked = deletables?.[index]?.checked
        if (checked === undefined) return share(input, "")
        return Result.isSuccess(checked)
          ? share(input, checked.success)
          : { _tag: "Failed", input, error: checked.failure }
      })
    },
  }, options)
  const { chunkSize = 100 } = options
  const refused = refuseChunkSize(operation, chunkSize)
  return (inputs) =>
    refused === undefined ? work(Stream.grouped(inputs, chunkSize)) : Stream.fail(refused)
}

/** Reads the inputs of a chunk, at once where no callback returns an effect. */
const readAll = <I, E, R>(
  chunk: ReadonlyArray<I>,
  read: (input: I) => Received<string | Unicity, E, R>,
): Received<ReadonlyArray<Deletable<I, E>>, never, R> => {
  const received = chunk.map((input) => ({ input, read: read(input) }))
  const known = received.flatMap(({ input, read }) =>
    Result.isResult(read) ? [{ input, checked: read }] : []
  )
  return known.length === received.length
    ? Result.succeed(known)
    : Effect.forEach(received, ({ input, read }) =>
      Result.isResult(read)
        ? Effect.succeed({ input, checked: read })
        : Effect.map(Effect.result(read), (checked) => ({ input, checked })))
}

const nothingFound: DeletionReport = { deleted: [], complete: true }

const deleteChunk = (
  by: "id" | "unicity",
  values: ReadonlyArray<string | Unicity>,
): Effect.Effect<DeletionReport, CommonFailure, Targets> => {
  if (values.length === 0) return Effect.succeed(nothingFound)
  return Targets.use((targets) =>
    targets.deleteMany(
      by === "id"
        ? { type: "id", value: Arr.filter(values, Predicate.isString) }
        : { type: "unicity", value: values },
    )
  ).pipe(Effect.catchTag("NotFound", () => Effect.succeed(nothingFound)))
}

const shareOf = <I>(
  { value: report, attempts }: Done<unknown, DeletionReport>,
  by: "id" | "unicity",
): (input: I, value: UnicityInput) => Done<I, Deletion> => {
  const deleted = new Set(
    report.deleted.map(({ id, unicity }) => by === "id" ? id : unicityKey(unicity)),
  )
  return (input, value) => {
    const isReported = deleted.has(by === "id" ? String(value) : unicityKey(value))
    const unreported = report.complete ? "NotFound" : "Unknown"
    return { _tag: "Done", input, value: isReported ? "Deleted" : unreported, attempts }
  }
}
