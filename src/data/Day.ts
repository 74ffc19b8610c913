/**
 * Days of the calendar, without a time and a time zone.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { parseInstant } from "./instant.ts"

/**
 * A day of the calendar: `"1980-05-17"`. A birthday has no time zone, so it is no `DateTime`.
 *
 * It is text because text is what forms, databases and JSON hold: it needs no constructor, compares
 * with `===`, and sorts as days do. Every date that is written in the code type-checks as it stands,
 * and `"17/05/1980"` doesn't. The {@link Day} schema makes one of any `string`.
 *
 * `DateTime.makeUnsafe(day)` is its midnight in UTC, `Temporal.PlainDate.from(day)` a `PlainDate`.
 * `DateTime.formatIsoDate(zoned)` has the day of an instant in its time zone.
 */
export type Day = `${number}-${number}-${number}`

const pattern = /^\d{4}-\d\d-\d\d$/

/** Whether a text is a day that the calendar has, from year 2 on: in NP6, year 1 means no date. */
export const isDay = (text: string): text is Day =>
  pattern.test(text) && text >= "0002" && !Number.isNaN(parseInstant(text))

/** The schema of a day: see the type of the same name. Refuses days that no calendar has. */
export const Day: Schema.Codec<Day, string> = Schema.String.pipe(
  Schema.refine(isDay, { message: "Expected a day as YYYY-MM-DD, from year 2 on" }),
)
