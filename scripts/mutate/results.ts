/**
 * What Stryker found, as counts and as survivors.
 *
 * @module
 */
import { explained } from "./explained.ts"

interface Position {
  readonly line: number
  readonly column: number
}

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  /** Whether it is what runs only once, while a file is loaded. */
  readonly static?: boolean
  readonly location: { readonly start: Position; readonly end: Position }
}

/** The part of Stryker's report that is read here. */
export interface Report {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: ReadonlyArray<Mutant> }>
  >
}

/** A mutant that no test noticed. */
export interface Survivor {
  readonly file: string
  readonly line: number
  /** The line of the source. */
  readonly code: string
  readonly mutator: string
  /** What the source says. */
  readonly from: string
  /** What the mutant says in its place. */
  readonly to: string
  readonly isCovered: boolean
}

/** How the mutants of some files ended. */
export interface Result {
  readonly killed: number
  readonly timeout: number
  readonly survived: number
  readonly noCoverage: number
  /** The share of those that were noticed, in percent. */
  readonly score: number
  /** Those that weren't, and of which `explained.ts` says nothing. */
  readonly unexplained: ReadonlyArray<Survivor>
}

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

const survivorsOf = (report: Report): ReadonlyArray<Survivor> =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage")
      .map(({ location, mutatorName, replacement, status }): Survivor => ({
        file,
        line: location.start.line,
        code: (source.split("\n")[location.start.line - 1] ?? "").trim(),
        mutator: mutatorName,
        from: textAt(source, location),
        to: oneLine(replacement ?? ""),
        isCovered: status === "Survived",
      }))
      .toSorted((a, b) => a.line - b.line)
  )

const isExplained = ({ file, code, to }: Survivor): boolean =>
  explained.some((known) => known.file === file && known.code === code && known.to.includes(to))

const isLoaded = (mutant: Mutant): boolean => mutant.status === "Survived" && mutant.static === true

/**
 * The report without the survivors of some files that are made once more. Stryker knows which tests
 * run into the others, and makes them once more by itself when there are new ones among these.
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
  // To Stryker it is an error of its own if a mutant breaks the loading of a test file.
  const killed = count("Killed") + count("RuntimeError")
  const timeout = count("Timeout")
  const survived = count("Survived")
  const noCoverage = count("NoCoverage")
  return {
    killed,
    timeout,
    survived,
    noCoverage,
    score: 100 * (killed + timeout) / (killed + timeout + survived + noCoverage),
    unexplained: survivorsOf(report).filter((survivor) => !isExplained(survivor)),
  }
}
