/**
 * Medians, spreads and tables.
 *
 * @module
 */

/** The median, or `NaN` of nothing. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** A number with three significant digits at least, and its thousands apart. */
export const number = (value: number): string => {
  if (Number.isNaN(value)) return "–"
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** The median and, where there is more than one value, the least and the greatest. */
export const spread = (values: ReadonlyArray<number>): string =>
  values.length < 2
    ? number(median(values))
    : `${number(median(values))} (${number(Math.min(...values))} to ${number(Math.max(...values))})`

/**
 * The median of the ratios within each round: what is next to each other in time has met the same
 * neighbours on the machine.
 */
export const ratio = (values: ReadonlyArray<number>, to: ReadonlyArray<number>): number =>
  median(values.flatMap((value, round) => {
    const other = to[round]
    return other === undefined ? [] : [value / other]
  }))

/** A Markdown table. */
export const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): string =>
  [head, head.map((_, column) => column === 0 ? "---" : "---:"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n")
