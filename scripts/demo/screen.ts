/**
 * Where the demo writes: a terminal that somebody watches, or a log that somebody reads later.
 *
 * @module
 */
import { Context, Effect, Layer, Ref } from "effect"
import process from "node:process"
import { stripVTControlCharacters } from "node:util"

/** What {@link Screen} provides. */
export interface ScreenService {
  /** Whether a line may be drawn again in its place. */
  readonly isTerminal: boolean
  readonly hasColour: boolean
  readonly write: (text: string) => Effect.Effect<void>
}

/** The standard output, or a test's memory of it. */
export class Screen extends Context.Service<Screen, ScreenService>()(
  "@effect-np6/targets/demo/Screen",
) {
  /** The standard output. Under Deno, whether colour is wanted takes `--allow-env=NO_COLOR`. */
  static readonly layer: Layer.Layer<Screen> = Layer.sync(Screen, () => {
    const isTerminal = process.stdout.isTTY === true
    return {
      isTerminal,
      hasColour: isTerminal && (process.env["NO_COLOR"] ?? "") === "",
      write: (text) => Effect.sync(() => void process.stdout.write(text)),
    }
  })
}

const colour = (open: number, close: number) => (text: string): string =>
  `\x1b[${open}m${text}\x1b[${close}m`

/** For headings. */
export const bold = colour(1, 22)
/** For what may be skipped. */
export const dim = colour(2, 22)
/** For what went wrong, on purpose or not. */
export const red = colour(31, 39)
/** For what holds. */
export const green = colour(32, 39)

const write = Effect.fnUntraced(function* (text: string): Effect.fn.Return<void, never, Screen> {
  const screen = yield* Screen
  yield* screen.write(screen.hasColour ? text : stripVTControlCharacters(text))
})

/** Writes lines; without any, an empty one. */
export const print = (...lines: ReadonlyArray<string>): Effect.Effect<void, never, Screen> =>
  write(`${lines.join("\n")}\n`)

/** Breaks a text into lines that fit a terminal, each after `indent`. */
export const wrap = (text: string, indent: string, width = 96): string => {
  const lines = [""]
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? ""
    const longer = last === "" ? word : `${last} ${word}`
    if (last !== "" && indent.length + longer.length > width) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines.map((line) => indent + line).join("\n")
}

const barWidth = 30

const bar = (done: number, total: number): string => {
  const filled = Math.round(barWidth * done / total)
  return green("█".repeat(filled)) + dim("░".repeat(barWidth - filled))
}

/**
 * Shows how far something is that takes `total` turns: run the effect it gives after each turn. A
 * terminal gets one line that is drawn again, a log one line every quarter.
 */
export const makeProgress = Effect.fnUntraced(function* (
  total: number,
  what: string,
): Effect.fn.Return<Effect.Effect<void>, never, Screen> {
  const screen = yield* Screen
  const turns = yield* Ref.make(0)
  const quarters = new Set([1, 2, 3, 4].map((quarter) => Math.ceil(total * quarter / 4)))
  const show = (done: number): Effect.Effect<void, never, Screen> => {
    const count = `${String(done).padStart(String(total).length)} of ${total} ${what}`
    if (!screen.isTerminal) return quarters.has(done) ? print(`  ${count}`) : Effect.void
    return write(`\r  ${bar(done, total)} ${count}${done === total ? "\n" : ""}`)
  }
  return Ref.updateAndGet(turns, (done) => done + 1).pipe(
    Effect.flatMap(show),
    Effect.provideService(Screen, screen),
  )
})
