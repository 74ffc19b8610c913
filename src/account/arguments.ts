/**
 * The arguments of the reads, checked when the effect runs and before anything is sent.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { SegmentId } from "../data/Ids.ts"
import { formatIso, parseInstant } from "../data/instant.ts"
import { checker } from "../http/checker.ts"
import type { Checked, RequestParts } from "../http/request.ts"
import type { RedListPeriod } from "./AccountService.ts"

const refuse = (input: string, problem: string): Checked<never> => Result.fail({ input, problem })

const checkSegmentId = checker(SegmentId)

/** `{segment}` of a path. */
export const bySegment = (id: number): Checked<RequestParts> =>
  Result.map(checkSegmentId("id", id), (id) => ({ params: { segment: String(id) } }))

/** `{list}` of a path, and `?startDate=&endDate=`. */
export const byListAndPeriod = (
  list: "mail" | "sms",
  period: RedListPeriod = {},
): Checked<RequestParts> =>
  Result.gen(function* () {
    if (list !== "mail" && list !== "sms") return yield* refuse("list", "it is not mail or sms")
    if (!Predicate.isObject(period)) {
      return yield* refuse("period", "it is not an object with a start, an end or both")
    }
    const { end, start } = period
    const from = yield* instantOf("period.start", start)
    const to = yield* instantOf("period.end", end)
    if (from !== undefined && to !== undefined && from.epochMilliseconds > to.epochMilliseconds) {
      return yield* refuse("period", "its start is after its end")
    }
    return {
      params: { list },
      query: [...parameter("startDate", from), ...parameter("endDate", to)],
    }
  })

const parameter = (
  name: string,
  instant: DateTime.Utc | undefined,
): ReadonlyArray<readonly [name: string, value: string]> =>
  instant === undefined ? [] : [[name, formatIso(instant)]]

const millisOf = (value: unknown): number => {
  if (DateTime.isDateTime(value)) return value.epochMilliseconds
  if (value instanceof Date) return value.getTime()
  // A number alone, in a text too, would be seconds, milliseconds, or a day as 20160610.
  return typeof value === "string" && /^\d{4}-/.test(value) ? parseInstant(value) : NaN
}

const instantOf = (input: string, value: unknown): Checked<DateTime.Utc | undefined> => {
  if (value === undefined) return Result.succeed(undefined)
  const instant = DateTime.make(millisOf(value))
  // Four digits are all that ISO 8601 has for a year without a sign.
  return instant._tag === "Some" && /^\d{4}-/.test(formatIso(instant.value))
    ? Result.succeed(DateTime.toUtc(instant.value))
    : refuse(input, "it is not an instant: a DateTime, a Date, or ISO 8601 text")
}
