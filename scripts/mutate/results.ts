/**
 * What Stryker found, as counts and as survivors.
 *
 * @module
 */

interface Position {
  readonly line: number
  readonly column: number
}

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  /** Whether it changes code that runs only once, while a file is loaded. */
  readonly static?: boolean
  readonly location: { readonly start: Position; readonly end: Position }
}

/** The part of Stryker's report that is read here. */
export interface Report {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: ReadonlyArray<Mutant> }>
  >
}

/** How the mutants of some files ended. */
export interface Result {
  readonly killed: number
  readonly timeout: number
  readonly survived: number
  readonly notCovered: number
  /** Those that a `Stryker disable` in the source excludes. */
  readonly excluded: number
  /** A line for each mutant that no test noticed: its place, what it replaces, and with what. */
  readonly survivors: ReadonlyArray<string>
}

/** The share of the mutants that were noticed, in percent. */
export const scoreOf = ({ killed, timeout, survived, notCovered }: Result): number =>
  100 * (killed + timeout) / (killed + timeout + survived + notCovered)

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim()

const textAt = (source: string, { start, end }: Mutant["location"]): string => {
  const lines = source.split("\n").slice(start.line - 1, end.line)
  const last = lines.length - 1
  return oneLine(
    lines.map((line, at) =>
      line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined)
    ).join("\n"),
  )
}

const survivorsOf = (report: Report): ReadonlyArray<string> =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage")
      .toSorted((a, b) => a.location.start.line - b.location.start.line)
      .map(({ location, mutatorName, replacement = "", status }) =>
        `${file}:${location.start.line} ${mutatorName}: ${textAt(source, location)} => ${
          oneLine(replacement)
        }${status === "NoCoverage" ? " (not covered)" : ""}`
      )
  )

const isLoaded = (mutant: Mutant): boolean => mutant.status === "Survived" && mutant.static === true

/**
 * The report without survivors of some files, so that the next run makes them again. Stryker knows
 * which tests cover the other mutants, and repeats those by itself when such a test is new.
 */
export const withoutStale = (report: Report, files: ReadonlyArray<string>): Report => ({
  ...report,
  files: Object.fromEntries(
    Object.entries(report.files).map(([name, file]) => [name, {
      ...file,
      mutants: file.mutants.filter((mutant) =>
        !(files.includes(name) && (isLoaded(mutant) || mutant.status === "NoCoverage"))
      ),
    }]),
  ),
})

/** Counts the mutants of a report. */
export const resultOf = (report: Report): Result => {
  const mutants = Object.values(report.files).flatMap(({ mutants }) => mutants)
  const count = (status: string): number => mutants.filter((each) => each.status === status).length
  return {
    // Stryker has a status of its own for a mutant that breaks the loading of a test file.
    killed: count("Killed") + count("RuntimeError"),
    timeout: count("Timeout"),
    survived: count("Survived"),
    notCovered: count("NoCoverage"),
    excluded: count("Ignored"),
    survivors: survivorsOf(report),
  }
}

/** The results of several areas as one. */
export const sumOf = (results: ReadonlyArray<Result>): Result => {
  const sum = (key: Exclude<keyof Result, "survivors">): number =>
    results.reduce((total, result) => total + result[key], 0)
  return {
    killed: sum("killed"),
    timeout: sum("timeout"),
    survived: sum("survived"),
    notCovered: sum("notCovered"),
    excluded: sum("excluded"),
    survivors: results.flatMap(({ survivors }) => survivors),
  }
}
