/** Every way a failure can be looked at: what people and programs print, store and send on. */
import { Cause, Console, Effect, Exit, Logger, Predicate, References, Schema } from "effect"
import { format, inspect } from "node:util"

/** One way to look at what an effect failed with. */
export interface View {
  readonly name: string
  readonly see: (cause: Cause.Cause<unknown>) => string
}

const deep = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity } as const

const ofError = (name: string, see: (error: unknown) => string): View => ({
  name,
  see: (cause) => see(Cause.squash(cause)),
})

const read = (object: object, key: PropertyKey): unknown => {
  try {
    return Reflect.get(object, key)
  } catch (thrown) {
    return thrown
  }
}

// The language's own objects hold nothing of ours.
const ends = new Set<unknown>([
  Object.prototype,
  Function.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
])

/** All that can be reached from a value: own and inherited, hidden, symbols, getters, what maps hold. */
export const walk = (value: unknown): string => {
  const seen = new Set<unknown>()
  const texts: Array<string> = []
  const queue: Array<unknown> = [value]
  while (queue.length > 0 && seen.size < 20_000) {
    const current = queue.pop()
    if (seen.has(current) || ends.has(current)) continue
    seen.add(current)
    if (typeof current === "object" && current !== null || typeof current === "function") {
      for (
        let holder: object | null = current;
        holder !== null && !ends.has(holder);
        holder = Object.getPrototypeOf(holder)
      ) {
        for (const key of Reflect.ownKeys(holder)) {
          // A class is no part of its instances, and a long way to walk.
          if (key === "constructor") continue
          texts.push(String(key))
          queue.push(read(current, key))
        }
      }
      if (current instanceof Map) queue.push(...current.keys(), ...current.values())
      if (current instanceof Set) queue.push(...current)
    } else texts.push(String(current))
  }
  return texts.join("\n")
}

const denoInspect = (): View | undefined => {
  const deno: unknown = Reflect.get(globalThis, "Deno")
  if (!Predicate.hasProperty(deno, "inspect") || !Predicate.isFunction(deno.inspect)) return
  const inspectOfDeno = deno.inspect
  const options = {
    depth: Infinity,
    showHidden: true,
    getters: true,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
  }
  return {
    name: "Deno.inspect",
    see: (cause) =>
      [Cause.squash(cause), cause].map((value) =>
        String(Reflect.apply(inspectOfDeno, deno, [value, options]))
      ).join("\n"),
  }
}

/** A console that keeps what it is given, printed as a real one would. */
export const memory = (): { readonly console: Console.Console; readonly text: () => string } => {
  const printed: Array<string> = []
  const print = (...args: ReadonlyArray<unknown>) => void printed.push(format(...args))
  const console = Object.create(globalThis.console, {
    ...Object.fromEntries(
      ["log", "error", "warn", "info", "debug", "trace", "group", "groupCollapsed"].map((name) => [
        name,
        { value: print },
      ]),
    ),
    groupEnd: { value: () => {} },
  })
  return { console, text: () => printed.join("\n") }
}

/** Logs by name: all that come with Effect, each printing to the console. */
export const loggers: { readonly [name: string]: Logger.Logger<unknown, unknown> } = {
  "the default logger": Logger.defaultLogger,
  "Logger.consoleJson": Logger.consoleJson,
  "Logger.consoleLogFmt": Logger.consoleLogFmt,
  "Logger.consoleStructured": Logger.consoleStructured,
  "Logger.consolePretty": Logger.consolePretty({ mode: "tty", colors: false }),
  "Logger.formatSimple": Logger.withConsoleLog(Logger.formatSimple),
}

const logged = ([name, logger]: readonly [string, Logger.Logger<unknown, unknown>]): View => ({
  name,
  see: (cause) => {
    const error = Cause.squash(cause)
    const { console, text } = memory()
    Effect.runSync(
      Effect.all([
        Effect.logError("it failed", cause),
        Effect.logError(error),
        Effect.logWarning("it failed").pipe(Effect.annotateLogs({ error })),
      ]).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(Console.Console, console),
        Effect.provideService(References.MinimumLogLevel, "All"),
      ),
    )
    return text()
  },
})

const encoded = (error: unknown): string => {
  const schema: unknown = Predicate.isObject(error) ? error.constructor : undefined
  if (!Schema.isSchema(schema)) return ""
  // An error's class is the schema of the error, and needs no service.
  const codec = Schema.toCodecJson(schema as Schema.Codec<unknown>)
  return JSON.stringify(Schema.encodeUnknownSync(codec)(error))
}

const views: ReadonlyArray<View | undefined> = [
  ofError("message", (error) => error instanceof Error ? error.message : ""),
  ofError("toString", (error) => Predicate.isObject(error) ? error.toString() : ""),
  ofError("String", String),
  ofError("stack", (error) => error instanceof Error ? String(error.stack) : ""),
  ofError("JSON.stringify", (error) => JSON.stringify(error)),
  ofError("inspect", (error) => inspect(error)),
  ofError(
    "inspect, all of it",
    (error) => inspect(error, { ...deep, showHidden: true, getters: true }),
  ),
  ofError(
    "inspect without custom forms",
    (error) => inspect(error, { ...deep, showHidden: true, getters: true, customInspect: false }),
  ),
  ofError("what can be reached", walk),
  ofError("the error's schema", encoded),
  { name: "Cause.pretty", see: Cause.pretty },
  { name: "String of the cause", see: String },
  { name: "JSON of the cause", see: (cause) => JSON.stringify(cause) },
  { name: "inspect of the cause", see: (cause) => inspect(cause, { ...deep, showHidden: true }) },
  { name: "what can be reached from the cause", see: walk },
  {
    name: "console.log of the exit",
    see: (cause) => {
      const { console, text } = memory()
      console.log(Exit.failCause(cause))
      console.log("%o %O %j %s", cause, cause, cause, cause)
      return text()
    },
  },
  denoInspect(),
  ...Object.entries(loggers).map(logged),
]

/** The views of this runtime. */
export const allViews: ReadonlyArray<View> = views.filter((view) => view !== undefined)
