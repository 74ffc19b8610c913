/**
 * What Stryker found, as counts and as survivors.
 *
 * @module
 */
import { type Reason, shortened } from "./reason.ts"

interface Position {
  readonly line: number
  readonly column: number
}

interface Mutant {
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
  readonly notCovered: number
  /** Those that weren't noticed, and nobody said why. */
  readonly unexplained: ReadonlyArray<Survivor>
  /** The reasons that nothing needs any more: a file, a line of it, a mutant. */
  readonly needless: ReadonlyArray<string>
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

const survivorsOf = (report: Report): ReadonlyArray<Survivor> =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage")
      .map(({ location, replacement, status }): Survivor => ({
        file,
        line: location.start.line,
        code: (source.split("\n")[location.start.line - 1] ?? "").trim(),
        from: textAt(source, location),
        to: oneLine(replacement ?? ""),
        isCovered: status === "Survived",
      }))
      .toSorted((a, b) => a.line - b.line)
  )

/** How `explained/` names a mutant of a line. */
export const mutantOf = ({ from, to }: Survivor): string => `${shortened(from)} => ${shortened(to)}`

const keyOf = (file: string, code: string, mutant: string): string => `${file}: ${code}: ${mutant}`

const keysOf = ({ file, lines }: Reason): ReadonlyArray<string> =>
  Object.entries(lines).flatMap(([code, mutants]) =>
    mutants.map((mutant) => keyOf(file, code, mutant))
  )

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

/** Counts the mutants of a report, some of which may live for a reason. */
export const resultOf = (report: Report, reasons: ReadonlyArray<Reason>): Result => {
  const mutants = Object.values(report.files).flatMap(({ mutants }) => mutants)
  const count = (status: string): number => mutants.filter((each) => each.status === status).length
  // To Stryker it is an error of its own if a mutant breaks the loading of a test file.
  const killed = count("Killed") + count("RuntimeError")
  // A reason is taken by one mutant, so that two of the same words need two.
  const needless = reasons.flatMap(keysOf)
  const isExplained = (survivor: Survivor): boolean => {
    const at = needless.indexOf(keyOf(survivor.file, survivor.code, mutantOf(survivor)))
    if (at >= 0) needless.splice(at, 1)
    return at >= 0
  }
  const unexplained = survivorsOf(report).filter((survivor) => !isExplained(survivor))
  return {
    killed,
    timeout: count("Timeout"),
    survived: count("Survived"),
    notCovered: count("NoCoverage"),
    unexplained,
    needless,
  }
}

/** The results of several areas as one. */
export const sumOf = (results: ReadonlyArray<Result>): Result => {
  const sum = (key: "killed" | "timeout" | "survived" | "notCovered"): number =>
    results.reduce((total, result) => total + result[key], 0)
  return {
    killed: sum("killed"),
    timeout: sum("timeout"),
    survived: sum("survived"),
    notCovered: sum("notCovered"),
    unexplained: results.flatMap(({ unexplained }) => unexplained),
    needless: results.flatMap(({ needless }) => needless),
  }
}
