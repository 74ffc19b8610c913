/**
 * `np6 import`: a file of contacts into the account; and the commands about its runs.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { mkdirSync } from "node:fs"
import { open, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import type { Account } from "../../account/Account.ts"
import { formatTime } from "../../bulk/format.ts"
import { mappingError, readShape } from "../../import/ColumnMapping.ts"
import * as Import from "../../import/Import.ts"
import { ImportError } from "../../import/ImportError.ts"
import * as Mapping from "../../import/Mapping.ts"
import * as Rows from "../../import/Rows.ts"
import * as Source from "../../import/Source.ts"
import { Targets } from "../../targets/Targets.ts"
import type { Command, Typed } from "../command.ts"
import { exitCodes, Stop, usage } from "../exit.ts"
import { columnsOf, Terminal, type TerminalService } from "../terminal.ts"
import { cellOf } from "./account.ts"
import { segmentNamedOrOf } from "./contacts.ts"

/** Columns of a rejects file that say what was wrong: ignored when it is imported again. */
const addedColumns = ["_np6_line", "_np6_problem", "_np6_applied"]

const stateDirectory = (): string => {
  const { LOCALAPPDATA, XDG_STATE_HOME } = process.env
  const base = process.platform === "win32" && LOCALAPPDATA !== undefined
    ? LOCALAPPDATA
    : XDG_STATE_HOME ?? join(homedir(), ".local", "state")
  return join(base, "np6")
}

/** Runs what needs the database of imports. */
const withStore = <A, E>(
  typed: Typed,
  effect: Effect.Effect<A, E, Import.Engine | Targets | Account | Terminal>,
): Effect.Effect<A, E | ImportError | Stop, Targets | Account | Terminal> =>
  Effect.suspend((): Effect.Effect<A, E | ImportError | Stop, Targets | Account | Terminal> => {
    const store = typed.text("store")
    if (store !== undefined && !store.startsWith("sqlite:")) {
      return Effect.fail(
        usage("--store takes sqlite:FILE. Over Postgres, use the library: `PgClient.layer`."),
      )
    }
    const directory = stateDirectory()
    try {
      if (store === undefined) mkdirSync(directory, { recursive: true, mode: 0o700 })
    } catch {
      return Effect.fail(
        usage(`The directory can't be made: ${directory}. Name a file: --store sqlite:FILE`),
      )
    }
    const filename = store === undefined ? join(directory, "imports.db") : store.slice(7)
    return Effect.provide(
      effect,
      Import.layer.pipe(Layer.provideMerge(Import.layerSqlite({ filename }))),
    )
  })

const oneOf = <const Choice extends string>(
  typed: Typed,
  flag: string,
  choices: ReadonlyArray<Choice>,
): Result.Result<Choice | undefined, Stop> => {
  const text = typed.text(flag)
  if (text === undefined) return Result.succeed(undefined)
  const found = choices.find((choice) => choice === text)
  return found === undefined
    ? Result.fail(usage(`--${flag} is one of ${choices.join(", ")}, and got "${text}".`))
    : Result.succeed(found)
}

const delimiters = { ",": ",", ";": ";", "|": "|", tab: "\t" } as const

const formatOf = (typed: Typed, path: string): Result.Result<Rows.Format, Stop> =>
  Result.gen(function* () {
    const guess = /\.(?:ndjson|jsonl)(?:\.gz)?$/i.test(path) ? "ndjson" as const : "csv" as const
    const format = (yield* oneOf(typed, "format", ["csv", "ndjson"])) ?? guess
    const encoding = yield* oneOf(typed, "encoding", [
      "utf-8",
      "utf-16le",
      "utf-16be",
      "windows-1252",
      "iso-8859-15",
    ])
    if (format === "ndjson") return Rows.ndjson({ encoding })
    const delimiter = yield* oneOf(typed, "delimiter", [",", ";", "|", "tab"])
    return Rows.csv({ encoding, delimiter: delimiter && delimiters[delimiter] })
  })

const optionsOf = (typed: Typed): Result.Result<Mapping.ByNameOptions, Stop> =>
  Result.gen(function* () {
    const columns: Record<string, string | typeof Mapping.ignore> = {}
    for (const name of addedColumns) columns[name] = Mapping.ignore
    for (const map of typed.texts("map")) {
      // A column may have a = in its name, a field hardly.
      const at = map.lastIndexOf("=")
      if (at < 1) return yield* Result.fail(usage(`Write --map "Column=Field", and not "${map}".`))
      const field = map.slice(at + 1)
      columns[map.slice(0, at)] = field === "-" ? Mapping.ignore : field
    }
    return {
      columns,
      unknown: typed.has("ignore-unknown") ? "ignore" : "fail",
      dates: yield* oneOf(typed, "dates", ["iso", "dmy", "mdy"]),
      decimal: yield* oneOf(typed, "decimal", [".", ","]),
      lists: typed.text("lists"),
      empty: yield* oneOf(typed, "empty", ["keep", "clear"]),
    }
  })

const named: Readonly<Record<string, string>> = { "\t": "tab" }

/** What a check of the whole file has found. */
interface Checked {
  readonly layout: Rows.Layout
  readonly rows: number
  readonly rejected: number
  /** A name for this very import: its content, and what is done with it. */
  readonly id: string
}

/** The name of a column, as it may be shown. */
const bareName = (name: string): string => Rows.shownName(name).replaceAll('"', "")

const unknownColumns = (problem: Mapping.MappingProblem): Stop | ImportError => {
  if (problem._tag !== "UnknownColumns") return mappingError(problem)
  const names = problem.columns.map(({ name }) => Rows.shownName(name))
  const [first] = problem.columns
  const column = bareName(first === undefined ? "Column" : first.name)
  return usage(
    `no field for the columns ${names.join(", ")}.\n` +
      `  Map it: --map "${column}=${first?.suggestion ?? "Field name"}"   ` +
      `or leave it out: --map "${column}=-"\n` +
      `  The account has: ${problem.fields.join(", ")}`,
  )
}

const check = (
  typed: Typed,
  path: string,
  source: Source.Source,
  format: Rows.Format,
  options: Mapping.ByNameOptions,
  { note }: TerminalService,
): Effect.Effect<Checked, Stop | ImportError | { readonly message: string }, Account> =>
  Effect.gen(function* () {
    const shape = yield* readShape
    const layout = yield* Rows.inspect(source, format)
    const mapper = yield* Effect.fromResult(
      Result.mapError(Mapping.byFieldName(shape, layout.columns, options), unknownColumns),
    )
    const digest = createHash("sha256").update(
      JSON.stringify([
        process.env["NP6_BASE_URL"] ?? "",
        typed.text("segment") ?? "",
        format,
        options,
      ], (_, value) => typeof value === "symbol" ? "-" : value),
    )
    const problems = new Map<string, { count: number; readonly line: number }>()
    let rows = 0
    let rejected = 0
    yield* Stream.runForEach(
      Rows.stream(source, layout),
      ({ cells, line, problem }) =>
        Effect.sync(() => {
          rows++
          digest.update(JSON.stringify(cells))
          const checked: ReturnType<Mapping.Mapper["check"]> = problem === undefined
            ? mapper.check(cells)
            : Result.fail([problem])
          if (Result.isSuccess(checked)) return
          rejected++
          const [first] = checked.failure
          const text = `${first?.column === undefined ? "" : `${first.column}: `}${
            first?.problem ?? ""
          }`
          const known = problems.get(text)
          if (known === undefined) problems.set(text, { count: 1, line })
          else known.count++
        }),
    )
    const guess = layout.encodingFrom === "guess" ? " (a guess: --encoding)" : ""
    const delimiter = layout.format === "csv"
      ? `, "${named[layout.delimiter] ?? layout.delimiter}"${
        layout.delimiterFrom === "guess" ? " (a guess: --delimiter)" : ""
      }`
      : ""
    note(`${path}  ${rows} rows, ${layout.encoding}${guess}${delimiter}`)
    note(columnsOf(mapper.columns.map(({ column, field }) => [
      "  " + bareName(column),
      "→",
      field === undefined
        ? "left out"
        : `${field.name} ${field.id} ${field.type}${
          field.isUnicity ? ", tells contacts apart" : ""
        }`,
    ])))
    if (rejected > 0) {
      note(`  ${rejected} ${rejected === 1 ? "row" : "rows"} can't be sent:`)
      const sorted = [...problems].sort((a, b) => b[1].count - a[1].count)
      for (const [text, { count, line }] of sorted.slice(0, 10)) {
        note(`    ${String(count).padStart(8)} ${text}   first at line ${line}`)
      }
    }
    return { layout, rows, rejected, id: digest.digest("hex").slice(0, 20) }
  })

const changedOnlyOf = (typed: Typed): Result.Result<Import.ChangedOnly | undefined, Stop> => {
  const text = typed.text("refresh-after")
  if (!typed.has("changed-only")) {
    return text === undefined
      ? Result.succeed(undefined)
      : Result.fail(usage("--refresh-after goes with --changed-only."))
  }
  if (text === undefined) return Result.succeed({})
  const days = /^([1-9]\d{0,4})d$/.exec(text)?.[1]
  return days === undefined
    ? Result.fail(usage(`--refresh-after takes days, such as 30d, and got "${text}".`))
    : Result.succeed({ refreshAfter: `${Number(days)} days` })
}

/** The most rejects that are allowed: a number, or a share of the rows. */
const maxRejectsOf = (typed: Typed, rows: number): Result.Result<number | undefined, Stop> => {
  const text = typed.text("max-rejects")
  if (text === undefined) return Result.succeed(undefined)
  if (/^\d+$/.test(text)) return Result.succeed(Number(text))
  if (/^\d+(?:\.\d+)?%$/.test(text)) {
    return Result.succeed(Math.floor(rows * Number(text.slice(0, -1)) / 100))
  }
  return Result.fail(usage(`--max-rejects takes a number or a share, such as 100 or 5%.`))
}

const barOf = (done: number, rows: number, width: number): string => {
  const filled = rows === 0 ? 0 : Math.round(done / rows * width)
  return "█".repeat(filled) + "░".repeat(width - filled)
}

const progressOf = (
  { isSeen, note, status }: TerminalService,
  { eta, open, rate, rejected, rows }: Import.ImportSnapshot,
  now: Date,
): void => {
  const settled = rows - open
  const share = rows === 0 ? 0 : Math.floor(settled / rows * 100)
  const left = eta === undefined || open === 0 ? "" : `  ${formatTime(eta)}`
  if (isSeen) {
    const width = Math.min(30, Math.max(0, (process.stderr.columns ?? 80) - 50))
    status(
      `${barOf(settled, rows, width)} ${share}%  ${settled}/${rows}  ${Math.round(rate)}/s${left}`,
    )
  } else {
    note(
      `${
        now.toISOString().slice(0, 19)
      }Z ${settled} of ${rows} (${share}%), ${rejected} rejected, ` +
        `${Math.round(rate)}/s`,
    )
  }
}

const writeRejects = (
  path: string,
  { delimiter }: Rows.Layout,
  columns: ReadonlyArray<string>,
  rejects: Stream.Stream<Import.Reject, ImportError, Import.Engine>,
) =>
  Effect.acquireUseRelease(
    Effect.tryPromise({
      try: async () => {
        await rm(path, { force: true })
        return await open(path, "wx", 0o600)
      },
      catch: () => usage(`The rejects can't be written: ${path}. Name a file: --rejects FILE`),
    }),
    (file) => {
      const write = (cells: ReadonlyArray<string>) =>
        Effect.tryPromise({
          try: () => file.write(cells.map(cellOf).join(delimiter) + "\n"),
          catch: () => usage(`The rejects can't be written: ${path}. Is the disk full?`),
        })
      return Effect.andThen(
        write(["\ufeff" + (columns[0] ?? ""), ...columns.slice(1), ...addedColumns]),
        Stream.runForEach(rejects, ({ applied, column, line, problem, row }) =>
          write([
            ...columns.map((name) => {
              const cell = row[name]
              return cell === undefined || cell === null ? "" : String(cell)
            }),
            String(line),
            column === undefined ? problem : `${column}: ${problem}`,
            applied,
          ])),
      )
    },
    (file) => Effect.promise(() => file.close()),
  )

const ends = {
  Refused: [
    exitCodes.refused,
    "The key was refused. Give another one, and run the same command again.",
  ],
  Unreachable: [exitCodes.again, "NP6 can't be reached. Run the same command again to go on."],
  Setup: [exitCodes.again, "The connection is set up wrongly: np6 doctor says more."],
  SourceChanged: [exitCodes.usage, "The file has changed since the import began."],
  SourceUnreadable: [exitCodes.usage, "The file can't be read any more."],
  Paused: [exitCodes.again, "The import is paused: np6 runs resume."],
  Bug: [exitCodes.unexpected, "This is a bug of np6. Run the same command again, and report it."],
} as const

const importFile: Command = {
  name: "import",
  args: "<file|->",
  summary: "Creates or updates a contact for each row of a CSV or NDJSON file.",
  flags: {
    map: {
      value: '"Column=Field"',
      isMultiple: true,
      help: "the field of a column; Column=- leaves it out",
    },
    "ignore-unknown": { help: "leave out all columns without a field" },
    segment: { value: "ID|NAME", help: "put the contacts into this segment, too" },
    format: { value: "csv|ndjson", help: "found out from the file's name when left out" },
    delimiter: { value: ",|;|tab|\\|", help: "found out when left out" },
    encoding: { value: "NAME", help: "utf-8, utf-16le, utf-16be, windows-1252, iso-8859-15" },
    dates: { value: "iso|dmy|mdy", help: "how dates with slashes are read" },
    decimal: { value: ".|,", help: "the decimal sign" },
    lists: { value: '"|"', help: "what stands between several labels of one cell" },
    empty: {
      value: "keep|clear",
      help: "what an empty cell does to its field: keep it (the default)",
    },
    "dry-run": { help: "check the whole file, and send nothing" },
    "max-rejects": { value: "N|N%", help: "send nothing when more rows can't be sent" },
    rejects: { value: "FILE", help: "where rejected rows go: <file>.rejects.csv when left out" },
    "changed-only": { help: "send only contacts that have changed since they were accepted" },
    "refresh-after": {
      value: "30d",
      help: "with --changed-only: send each again after so many days",
    },
    fresh: { help: "begin anew, even if this import was begun before" },
    store: { value: "sqlite:FILE", help: "where it is kept how far the import is" },
    concurrency: { value: "N", help: "requests at once: 16 when left out" },
  },
  notes:
    "The whole file is checked before anything is sent. Killed or interrupted, the same command\n" +
    "goes on. Correct the rejects in their file, and import that.",
  needsKey: true,
  run: (typed) =>
    withStore(
      typed,
      Effect.gen(function* () {
        const terminal = yield* Terminal
        const { isJson, note, out, stop } = terminal
        const begun = performance.now()
        const [path, ...others] = typed.args
        if (path === undefined || others.length > 0) {
          return yield* Effect.fail(usage("Name one file, or - for stdin: np6 import contacts.csv"))
        }
        const format = yield* Effect.fromResult(formatOf(typed, path))
        const options = yield* Effect.fromResult(optionsOf(typed))
        const concurrency = yield* Effect.fromResult(typed.count("concurrency", 16))
        const source = yield* path === "-"
          // Without an encoding, stdin gives bytes.
          ? Source.stream(Stream.fromAsyncIterable(
            process.stdin as AsyncIterable<Uint8Array>,
            () => new ImportError({ reason: "Unreadable", message: "stdin can't be read." }),
          ))
          : Source.file(path)
        const { id, layout, rejected: bad, rows } = yield* check(
          typed,
          path,
          source,
          format,
          options,
          terminal,
        )
        const most = yield* Effect.fromResult(maxRejectsOf(typed, rows))
        if (most !== undefined && bad > most) {
          return yield* Effect.fail(
            new Stop(
              exitCodes.guarded,
              `${bad} rows can't be sent, and --max-rejects allows ${most}. Nothing was sent.`,
            ),
          )
        }
        if (typed.has("dry-run")) {
          note("Nothing was sent: --dry-run.")
          return bad > 0 && most === undefined ? exitCodes.rejects : exitCodes.done
        }
        const segment = typed.text("segment")
        const chosen = segment === undefined
          ? Import.upsert()
          : Import.ensureInSegment(yield* segmentNamedOrOf(segment))
        // What one host has accepted, another hasn't.
        const host = process.env["NP6_BASE_URL"] ?? ""
        const operation = { ...chosen, description: `${chosen.description} ${host}` }
        const changedOnly = yield* Effect.fromResult(changedOnlyOf(typed))
        const job = Import.make("np6", {
          rows: format,
          mapping: Import.byFieldName(options),
          operation,
          changedOnly,
        })
        const known = (yield* job.ids).includes(id)
        if (typed.has("fresh") && known) yield* job.forget(id)
        else if (known) note("This import was begun before. It goes on.")
        const showing = yield* job.progress(id, terminal.isSeen ? "250 millis" : "10 seconds").pipe(
          Stream.runForEach((snapshot) =>
            Effect.sync(() => {
              if (snapshot.state !== "planning") progressOf(terminal, snapshot, new Date())
            })
          ),
          Effect.ignore,
          Effect.delay(terminal.isSeen ? 300 : 10_000),
          Effect.forkChild,
        )
        const start = job.run({ id, source, concurrency, stop: Deferred.await(stop) })
        let report = yield* start
        if (report.wasComplete) {
          note("It was complete. It is done once more.")
          yield* job.forget(id)
          report = yield* start
        }
        yield* Fiber.interrupt(showing)
        const rejects = typed.text("rejects") ??
          (path === "-" ? "stdin.rejects.csv" : `${path}.rejects.csv`)
        const isListed = report.rejected > 0 && report.end !== "stopped"
        if (isListed) {
          const columns = layout.columns.filter((name) => !addedColumns.includes(name))
          yield* writeRejects(rejects, layout, columns, job.rejects(id, { source }))
        }
        const seconds = Math.round((performance.now() - begun) / 100) / 10
        if (isJson) {
          const { done, end, open, rejected } = report
          out(JSON.stringify({
            command: "import",
            end,
            reason: report.reason,
            file: path,
            rows: report.rows,
            done,
            rejected,
            unchanged: report.unchanged,
            open,
            rejects: isListed ? rejects : undefined,
            seconds,
          }))
        }
        note(
          `${report.done} contacts ${
            segment === undefined ? "upserted" : "upserted and in the segment"
          } ` +
            `in ${seconds} s` + (report.unchanged > 0 ? `, ${report.unchanged} unchanged` : "") +
            (report.open > 0 ? `, ${report.open} not sent yet` : ""),
        )
        if (isListed) note(`${report.rejected} rejected: see ${rejects}`)
        if (report.end === "stopped") {
          note("Run the same command again to go on.")
          return exitCodes.again
        }
        if (report.end === "paused") {
          const [code, message] = ends[report.reason ?? "Paused"]
          return yield* Effect.fail(new Stop(code, message))
        }
        return report.rejected > 0 && (most === undefined || report.rejected > most)
          ? exitCodes.rejects
          : exitCodes.done
      }).pipe(Effect.scoped),
    ),
}

const jobs = Import.make("np6", {
  rows: Rows.csv(),
  mapping: Import.byFieldName(),
  operation: Import.upsert(),
})

const runsCommand = (
  verb: "list" | "resume" | "forget",
  summary: string,
  run: (id: string) => Effect.Effect<void, ImportError, Import.Engine>,
): Command => ({
  name: `runs ${verb}`,
  args: verb === "list" ? "" : "<id>",
  summary,
  flags: { store: { value: "sqlite:FILE", help: "where imports are kept" } },
  needsKey: false,
  run: (typed) =>
    withStore(
      typed,
      Effect.gen(function* () {
        const { isJson, out } = yield* Terminal
        const [id] = typed.args
        if (verb !== "list") {
          if (id === undefined) return yield* Effect.fail(usage("Name the import: np6 runs list"))
          yield* run(id)
          return exitCodes.done
        }
        for (const id of yield* jobs.ids) {
          const last = yield* Stream.runHead(jobs.progress(id))
          if (last._tag === "None") continue
          const { done, open, rejected, rows, state } = last.value
          out(
            isJson
              ? JSON.stringify({ id, state, rows, done, rejected, open })
              : `${id}  ${state}  ${done} of ${rows} done, ${rejected} rejected, ${open} open`,
          )
        }
        return exitCodes.done
      }),
    ),
})

const diff: Command = {
  name: "diff",
  args: "<file>",
  summary: "Compares who is in a file with who is in the account.",
  flags: {
    map: { value: '"Column=Field"', isMultiple: true, help: "the field of a column" },
    format: { value: "csv|ndjson", help: "found out from the file's name when left out" },
    delimiter: { value: ",|;|tab|\\|", help: "found out when left out" },
    encoding: { value: "NAME", help: "found out when left out" },
    "exit-code": { help: "end with 8 when they differ" },
  },
  notes: "NP6's list tells who is there, not what changed: values aren't compared.",
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { isJson, out } = yield* Terminal
      const [path] = typed.args
      if (path === undefined) {
        return yield* Effect.fail(usage("Name the file: np6 diff contacts.csv"))
      }
      const shape = yield* readShape
      const format = yield* Effect.fromResult(formatOf(typed, path))
      const options = yield* Effect.fromResult(optionsOf(typed))
      const source = yield* Source.file(path)
      const layout = yield* Rows.inspect(source, format)
      const mapper = yield* Effect.fromResult(
        Result.mapError(
          Mapping.byFieldName(shape, layout.columns, { ...options, only: "unicity" }),
          unknownColumns,
        ),
      )
      const keyOf = (values: ReadonlyArray<string>): string => values.join("\u0000").toLowerCase()
      const inFile = new Set<string>()
      yield* Stream.runForEach(Rows.stream(source, layout), ({ cells, problem }) =>
        Effect.sync(() => {
          const checked = problem === undefined ? mapper.check(cells) : undefined
          if (checked !== undefined && Result.isSuccess(checked)) {
            inFile.add(keyOf(checked.success.unicity))
          }
        }))
      const unicity = shape.fields.filter(({ isUnicity }) =>
        isUnicity
      )
      let both = 0
      let onlyInAccount = 0
      yield* (yield* Targets).stream.pipe(
        Stream.runForEach(({ fields }) =>
          Effect.sync(() => {
            if (inFile.has(keyOf(unicity.map(({ id }) => String(fields[id] ?? ""))))) both++
            else onlyInAccount++
          })
        ),
      )
      const found = { both, onlyInFile: inFile.size - both, onlyInAccount }
      out(
        isJson ? JSON.stringify({ command: "diff", ...found }) : columnsOf([
          ["in both", String(found.both)],
          ["only in the file", String(found.onlyInFile)],
          ["only in the account", String(found.onlyInAccount)],
        ]),
      )
      return typed.has("exit-code") && found.onlyInFile + found.onlyInAccount > 0
        ? exitCodes.differences
        : exitCodes.done
    }).pipe(Effect.scoped),
}

/** `import`, and the commands about its runs. */
export const importCommands: ReadonlyArray<Command> = [
  importFile,
  runsCommand("list", "Lists the imports of this machine.", () => Effect.void),
  runsCommand("resume", "Ends the pause of an import: then run it again.", jobs.resume),
  runsCommand("forget", "Deletes what is kept of an import.", jobs.forget),
  diff,
]
