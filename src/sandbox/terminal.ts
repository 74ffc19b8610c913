/**
 * The sandbox as a program on a terminal: where it listens, and a line for each request.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { pathWords } from "./routes.ts"
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

/** The id of a target, or of a thing with a number. */
const id = /^(?:[0-9A-Z]{8}|[1-9]\d{0,9})$/

/** Letters alone, as in a path that the sandbox doesn't have, or a misspelt parameter. */
const word = /^[A-Za-z]{0,30}$/

/** The path and the parameters of a request, without what may be a contact's. */
const hidden = ({ operation, path, query }: SandboxRequest): string => {
  const isPlain = (part: string) =>
    part === "" || id.test(part) || pathWords.has(part) ||
    (operation === "unknown" && word.test(part))
  const parts = path.split("/").map((part) => isPlain(part) ? part : "…")
  const names = Array.from(
    new URLSearchParams(query).keys(),
    (name) => `${word.test(name) ? name : "…"}=…`,
  )
  return parts.join("/") + (names.length === 0 ? "" : `?${names.join("&")}`)
}

const whole = ({ path, query }: SandboxRequest): string => query === "" ? path : `${path}?${query}`

/** A client's text on one line, without control characters, which a terminal would act on. */
const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  )

/**
 * A request on one line: method, path, status, the key's name, milliseconds, and the fault or the
 * reason of a refusal. Values of contacts are hidden unless `showsValues`; then the body follows on a
 * second line.
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
  const rest = body.length > shownBody ? ` … (${bodyBytes} bytes)` : ""
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
