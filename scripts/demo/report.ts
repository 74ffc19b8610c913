/**
 * The closing table, and whether its numbers are those of the server.
 *
 * @module
 */
import { Data, Duration, Effect } from "effect"
import { bold, dim, green, print, red, type Screen } from "./screen.ts"

/** A line of the table. */
export interface Row {
  readonly what: string
  readonly count: number
  /** How many the server received, by its log. */
  readonly requests: number
  readonly elapsed: Duration.Duration
}

/** A number that is known twice: by the program that did it, and by the server. */
export interface Claim {
  readonly what: string
  readonly program: number
  readonly server: number
}

/** A claim that doesn't hold. */
export class NumbersDiffer extends Data.TaggedError("NumbersDiffer")<{ readonly claims: number }> {
  override get message(): string {
    return `${this.claims} of the program's numbers aren't those of the server.`
  }
}

const milliseconds = (elapsed: Duration.Duration): string =>
  `${Math.round(Duration.toMillis(elapsed))} ms`

const format = (cells: readonly [string, string, string, string]): string => {
  const [what, ...numbers] = cells
  return `  ${what.padEnd(44)}${numbers.map((cell) => cell.padStart(11)).join("")}`
}

/** Prints what was done, how many and how long it took. */
export const printTable = (rows: ReadonlyArray<Row>): Effect.Effect<void, never, Screen> => {
  const heading = format(["", "count", "requests", "time"])
  const total = format([
    "Everything",
    "",
    String(rows.reduce((sum, row) => sum + row.requests, 0)),
    milliseconds(rows.reduce((sum, row) => Duration.sum(sum, row.elapsed), Duration.zero)),
  ])
  return print(
    dim(heading),
    ...rows.map((row) =>
      format([row.what, String(row.count), String(row.requests), milliseconds(row.elapsed)])
    ),
    bold(total),
  )
}

const printClaim = ({ what, program, server }: Claim): string =>
  program === server
    ? `  ${green("✓")} ${what}: ${server}`
    : `  ${red("✗")} ${what}: ${program} for the program, ${server} for the server`

/** Prints the claims, and fails when one of them doesn't hold. */
export const check = Effect.fnUntraced(function* (
  claims: ReadonlyArray<Claim>,
): Effect.fn.Return<void, NumbersDiffer, Screen> {
  yield* print(...claims.map(printClaim))
  const wrong = claims.filter((claim) => claim.program !== claim.server).length
  if (wrong > 0) return yield* new NumbersDiffer({ claims: wrong })
})
