/**
 * The arguments of the operations: read once, copied and checked when the effect runs, and refused
 * before a byte is sent. A getter or a proxy that throws is caught where a call runs these checks.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type FieldValue, FieldValue as FieldValueSchema, type FieldValues } from "../data/Field.ts"
import { FieldId, SegmentId, TargetId } from "../data/Ids.ts"
import type { Selection } from "../data/Selection.ts"
import { Unicity, type UnicityInput } from "../data/Unicity.ts"
import { elementsOf } from "../data/elements.ts"
import { guard } from "../data/guard.ts"
import { holdsLoneSurrogate } from "../data/text.ts"
import { checker } from "../http/checker.ts"
import type { Checked, Refusal, RequestParts } from "../http/request.ts"

const refuse = (input: string, problem: string): Checked<never> => Result.fail({ input, problem })

const checkTargetId = checker(TargetId)
const checkSegmentId = checker(SegmentId)
/** Checks a unicity. */
export const checkUnicity: (input: string, value: unknown) => Checked<Unicity> = checker(Unicity)
const decodeFieldValue = Schema.decodeUnknownResult(FieldValueSchema)
const isFieldId = Schema.is(FieldId)

/** `{id}` of a path. */
export const byId = (id: string): Checked<RequestParts> =>
  Result.map(checkTargetId("id", id), (id) => ({ params: { id } }))

/** `{id}` and `{segment}` of a path. */
export const byIdAndSegment = (id: string, segment: number): Checked<RequestParts> =>
  Result.flatMap(
    checkTargetId("id", id),
    (id) =>
      Result.map(checkSegmentId("segment", segment), (segment) => ({
        params: { id, segment: String(segment) },
      })),
  )

/** Checks a segment that a later request sends. */
export const segmentOnly = (segment: number): Checked<RequestParts> =>
  Result.map(checkSegmentId("segment", segment), () => ({}))

/** `?unicity=`. */
export const byUnicity = (unicity: UnicityInput): Checked<RequestParts> =>
  Result.map(checkUnicity("unicity", unicity), (unicity) => ({ unicity, personal: unicity }))

/** A body of field values. */
export const withValues = (values: FieldValues): Checked<RequestParts> =>
  Result.map(
    copyValues(values),
    (copy) => ({ body: JSON.stringify(copy), personal: textsOf(copy) }),
  )

/** A body of field values that make a new target: without any, NP6 can't tell who it is. */
export const withSomeValues = (values: FieldValues): Checked<RequestParts> =>
  Result.flatMap(
    withValues(values),
    (parts) =>
      parts.body === "{}"
        ? refuse("values", "it is empty: a new target needs at least its unicity field")
        : Result.succeed(parts),
  )

/** Both: the second's parts are added to the first's. */
export const and = (a: Checked<RequestParts>, b: Checked<RequestParts>): Checked<RequestParts> =>
  Result.flatMap(a, (a) =>
    Result.map(b, (b) => ({
      ...a,
      ...b,
      personal: [...a.personal ?? [], ...b.personal ?? []],
    })))

/** The body of a bulk delete. */
export const withSelection = (selection: Selection): Checked<RequestParts> => {
  switch (selection?.type) {
    case "unicity":
      return Result.map(
        checkEach("selection.value", selection.value, checkUnicity),
        (value) => selectionBody("unicity", value, value.flat()),
      )
    case "id":
      return Result.map(
        checkEach("selection.value", selection.value, checkTargetId),
        (value) => selectionBody("id", value, []),
      )
    case "segment":
      return Result.map(
        checkSegmentId("selection.value", selection.value),
        (value) => selectionBody("segment", value, []),
      )
    default:
      return refuse("selection", "it has no type of unicity, id or segment")
  }
}

const selectionBody = (
  type: Selection["type"],
  value: unknown,
  personal: ReadonlyArray<string>,
): RequestParts => ({ body: JSON.stringify({ type, value }), personal })

const checkEach = <A>(
  input: string,
  values: ReadonlyArray<unknown>,
  check: (input: string, value: unknown) => Checked<A>,
): Checked<ReadonlyArray<A>> => {
  if (!Array.isArray(values)) return refuse(input, "it is not an array")
  const elements = elementsOf(values)
  if (elements.length === 0) {
    return refuse(input, "it is empty: a bulk delete must name what it deletes")
  }
  const checked: Array<A> = []
  for (const [i, element] of elements.entries()) {
    const result = check(`${input}[${i}]`, element)
    if (Result.isFailure(result)) return Result.fail(result.failure)
    checked.push(result.success)
  }
  return Result.succeed(checked)
}

const isPlain = (value: unknown): value is { readonly [key: string]: unknown } => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A copy of the values that are given. Each is read once: what is checked is what is sent. */
const copyValues = (values: FieldValues): Checked<FieldValues> => {
  if (!isPlain(values)) {
    return refuse("values", "it is not a plain object of field id to value")
  }
  const copy: { [fieldId: number]: FieldValue } = {}
  for (const [key, value] of Object.entries<unknown>(values)) {
    if (value === undefined) continue
    const isId = /^[1-9]\d{0,9}$/.test(key) && isFieldId(Number(key))
    // A key that isn't a field id may be anything, an address or a telephone number too.
    if (!isId) {
      return refuse(
        "values",
        key === "fields" ? wrapped : "a key is not a field id (a positive 32-bit integer)",
      )
    }
    const copied = copyFieldValue(value)
    if (Result.isFailure(copied)) return refuse(`values.${key}`, copied.failure)
    copy[Number(key)] = copied.success
  }
  return Result.succeed(copy)
}

const wrapped =
  "NP6 refuses values wrapped in `fields`: write them as a flat map of field id to value"

/** A checked copy of one field's value, or what is wrong with it. */
export const copyFieldValue = (value: unknown): Result.Result<FieldValue, string> => {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return Result.fail(
      "it is not a finite number, and JSON would turn it into null, which clears the field",
    )
  }
  const checked = decodeFieldValue(Array.isArray(value) ? elementsOf(value) : value)
  if (Result.isFailure(checked)) {
    return Result.fail(
      "it is not text, a number within ±2^53, a flag, null, or an array of these; write a date as ISO 8601 text",
    )
  }
  const copy = checked.success
  return holdsLoneSurrogate(copy)
    ? Result.fail("it holds half a character (a lone surrogate)")
    : Result.succeed(copy)
}

const textsOf = (values: FieldValues): ReadonlyArray<string> =>
  Object.values<FieldValue | undefined>(values).flat().filter((value) =>
    typeof value === "string" || typeof value === "number"
  ).map(String)

/** Checks one target of a bulk delete. */
export const checkDeletion = (
  by: "id" | "unicity",
  value: unknown,
): Checked<TargetId | Unicity> =>
  guard<TargetId | Unicity, Refusal>(
    () => by === "id" ? checkTargetId(by, value) : checkUnicity(by, value),
    { input: by, problem: "it can't be read" },
  )
