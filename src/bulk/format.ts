/**
 * A progress as text.
 *
 * @module
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { FormatOptions, Snapshot } from "./Snapshot.ts"

/** Writes a snapshot. */
export const formatSnapshot = (snapshot: Snapshot, options: FormatOptions = {}): string =>
  options.as === "bar" ? bar(snapshot, options.width ?? 80) : line(snapshot)

const number = (value: number): string => value.toLocaleString("en-US")

/** A duration in whole seconds. */
export const formatTime = (duration: Duration.Duration): string => {
  const seconds = Math.ceil(Duration.toSeconds(duration))
  return seconds === 0 ? "0s" : Duration.format(Duration.seconds(seconds))
}

const settledOf = ({ done, failed, interrupted, notTried }: Snapshot): number =>
  done + failed + notTried + interrupted

const shareOf = (snapshot: Snapshot): number | undefined => {
  const { remaining } = snapshot
  if (remaining === undefined) return undefined
  const settled = settledOf(snapshot)
  const total = settled + remaining
  return total === 0 ? 1 : settled / total
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`

const problems = ({ failed, interrupted, notTried }: Snapshot): ReadonlyArray<string> => [
  ...failed > 0 ? [`${number(failed)} failed`] : [],
  ...notTried > 0 ? [`${number(notTried)} not tried`] : [],
  ...interrupted > 0 ? [`${number(interrupted)} interrupted`] : [],
]

const waits = {
  RateLimit: ["waits for the rate limit", ""],
  Outage: ["waits for NP6 to respond", "gives up in "],
  Refusal: ["checks a refusal", ""],
} as const

const waiting = ({ at, waitsFor }: Snapshot): ReadonlyArray<string> => {
  if (waitsFor === undefined) return []
  const [what, end] = waits[waitsFor.reason]
  return waitsFor.until === undefined
    ? [what]
    : [`${what}, ${end}${formatTime(DateTime.distance(at, waitsFor.until))}`]
}

/** What a run does now: wait, or go on at a rate. */
const pace = (snapshot: Snapshot): ReadonlyArray<string> => {
  if (snapshot.waitsFor !== undefined) return waiting(snapshot)
  if (snapshot.isOver) return [`${number(snapshot.meanRate)}/s`]
  return [`${number(snapshot.rate)}/s`]
}

const line = (snapshot: Snapshot): string => {
  const settled = settledOf(snapshot)
  const share = shareOf(snapshot)
  const count = share === undefined || snapshot.isOver
    ? number(settled)
    : `${number(settled)} of ${number(settled + (snapshot.remaining ?? 0))} (${percent(share)})`
  return [
    snapshot.isOver ? `${count} in ${formatTime(snapshot.elapsed)}` : count,
    ...problems(snapshot),
    ...pace(snapshot),
    ...snapshot.eta === undefined ? [] : [`${formatTime(snapshot.eta)} left`],
  ].join(", ")
}

const bar = (snapshot: Snapshot, width: number): string => {
  const settled = settledOf(snapshot)
  const share = shareOf(snapshot)
  const text = [
    ...share === undefined
      ? [number(settled)]
      : [percent(share), `${number(settled)}/${number(settled + (snapshot.remaining ?? 0))}`],
    ...problems(snapshot),
    ...pace(snapshot),
    ...snapshot.eta === undefined ? [] : [formatTime(snapshot.eta)],
  ].join("  ")
  const room = Math.floor(width) - text.length - 2
  if (share === undefined || room < 5) return text.slice(0, Math.max(0, Math.floor(width)))
  const filled = Math.floor(share * room)
  return `${"█".repeat(filled)}${"░".repeat(room - filled)}  ${text}`
}
