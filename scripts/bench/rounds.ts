/**
 * Interleaved rounds: every row once, then every row once more, the other way round.
 *
 * @module
 */

/** The figures of each row, one for every round; or why there are none. */
export type Results<Figures> = ReadonlyMap<string, ReadonlyArray<Figures> | Error>

/** Runs the rows one at a time. A row that fails once is not run again. */
export const interleave = async <Figures>(
  rows: ReadonlyArray<string>,
  rounds: number,
  run: (row: string) => Promise<Figures>,
): Promise<Results<Figures>> => {
  const results = new Map<string, Array<Figures> | Error>(rows.map((row) => [row, []]))
  for (let round = 0; round < rounds; round++) {
    for (const row of round % 2 === 0 ? rows : [...rows].reverse()) {
      const before = results.get(row)
      if (!Array.isArray(before)) continue
      try {
        before.push(await run(row))
      } catch (error) {
        results.set(row, error instanceof Error ? error : new Error(String(error)))
      }
    }
  }
  return results
}

/** One figure of a row over the rounds; nothing when the row failed. */
export const pick = <Figures>(
  results: Results<Figures>,
  row: string,
  of: (figures: Figures) => number,
): ReadonlyArray<number> => {
  const found = results.get(row)
  return Array.isArray(found) ? found.map(of) : []
}

/** Why rows have no figures, as lines below a table. */
export const failures = <Figures>(results: Results<Figures>): ReadonlyArray<string> =>
  [...results].flatMap(([row, found]) =>
    found instanceof Error ? [`- ${row} failed: ${reason(found)}`] : []
  )

const reason = ({ message }: Error): string =>
  message.split("\n").find((line) => /error/i.test(line) && !line.includes(" ended with "))
    ?.trim().slice(0, 160) ?? message.split("\n")[0] ?? ""
