/**
 * The sandbox as a program on a terminal: where it listens, and a line for each request.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Sandbox } from "./Sandbox.ts"
import type { SandboxListenError } from "./SandboxListenError.ts"
import type {
  SandboxAddress,
  SandboxRequest,
  SandboxService,
  ServeOptions,
} from "./SandboxService.ts"

/** What a terminal shows of the sandbox. */
export interface TerminalOptions extends ServeOptions {
  /** `json`: a line of JSON for the program that started it, and nothing else. */
  readonly shows: "json" | "address" | "requests" | "values"
  /** Whether the account is the default one, whose field ids an example can name. */
  readonly isDefault: boolean
  readonly write: (text: string) => void
}

/** The most of a body that a terminal shows. */
const shownBody = 2_000

/** A part of a path that can't be about a person: NP6's own names and ids. */
const isPlain = (part: string): boolean => /^[A-Za-z0-9_]{0,40}$/.test(part)

const hidden = ({ path, query }: SandboxRequest): string => {
  const parts = path.split("/").map((part) => isPlain(part) ? part : "…")
  const names = [...new URLSearchParams(query).keys()].map((name) => isPlain(name) ? name : "…")
  return parts.join("/") +
    (names.length === 0 ? "" : `?${names.map((name) => `${name}=…`).join("&")}`)
}

const whole = ({ path, query }: SandboxRequest): string => query === "" ? path : `${path}?${query}`

/** A text of somebody else's on one line, without what a terminal would obey. */
const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  )

/**
 * A request on one line: method, path, status, the key's name, milliseconds, and what went wrong.
 * Values of contacts are hidden unless they are asked for, and then a body has a line of its own.
 */
export const lineOf = (request: SandboxRequest, showsValues: boolean): string => {
  const { body, bodyBytes, fault, headers, method, milliseconds = 0, reason, status } = request
  const line = [
    `${method.padEnd(6)} ${printable(showsValues ? whole(request) : hidden(request))}`,
    String(status ?? "no response"),
    headers["x-key"] ?? "no key",
    `${milliseconds} ms`,
    ...(fault === undefined ? [] : [`fault ${fault}`]),
    ...(reason === undefined ? [] : [printable(reason)]),
  ].join("  ")
  if (!showsValues || body === "") return line
  const rest = bodyBytes > shownBody ? ` … (${bodyBytes} bytes)` : ""
  return `${line}\n       ${printable(body.slice(0, shownBody))}${rest}`
}

const welcome = (
  { keys }: SandboxService,
  { url }: SandboxAddress,
  { isDefault, shows }: TerminalOptions,
): string => {
  const [full, readOnly] = [Redacted.value(keys.full), Redacted.value(keys.readOnly)]
  if (shows === "json") return `${JSON.stringify({ url, key: full, readOnlyKey: readOnly })}\n`
  const curl = `curl -i -H 'X-Key: ${full}'`
  const create = isDefault
    ? `${curl} -H 'Content-Type: application/json' -d '{"8103":"jane@example.com"}' ${url}/targets`
    : `${curl} ${url}/targets`
  return `An NP6 sandbox is listening on ${url}

  Page           ${url}/_sandbox/
  API key        ${full}
  Read-only key  ${readOnly}

  A first call, and one that fails:
  ${create}
  ${curl} -H 'x-sandbox-fault: 503' ${url}/targets

Stop it with Ctrl+C.
${shows === "address" ? "" : "\n"}`
}

/** Serves the sandbox and shows what it does, until it is interrupted. */
export const serveOnTerminal = (
  options: TerminalOptions,
): Effect.Effect<never, SandboxListenError, Sandbox | Scope.Scope> =>
  Effect.gen(function* () {
    const { shows, write } = options
    const sandbox = yield* Sandbox
    const showsRequests = shows === "requests" || shows === "values"
    const show = sandbox.ended.pipe(
      Stream.runForEach((request) =>
        Effect.sync(() => write(`${lineOf(request, shows === "values")}\n`))
      ),
    )
    if (showsRequests) yield* Effect.forkScoped(show, { startImmediately: true })
    const address = yield* Sandbox.serve(options)
    write(welcome(sandbox, address, options))
    return yield* Effect.never
  })
