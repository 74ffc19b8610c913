/**
 * The control routes: the sandbox's log, state, seed and faults over HTTP, and its page, under
 * `/_sandbox/`, a path that NP6 can't have. They want no key, are not logged and are not struck by
 * faults.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { FaultRule } from "./Fault.ts"
import { readRules, writeRule } from "./faultJson.ts"
import { objection } from "./guard.ts"
import { positionAt, problemIn } from "./jsonText.ts"
import { operationNames } from "./SandboxOperation.ts"
import { json, noContent, type ResponseParts, textRefusal } from "./response.ts"
import type { SandboxRequest } from "./SandboxService.ts"
import type { InvalidSeed, SandboxSeed } from "./Seed.ts"
import type { WireRequest } from "./WireRequest.ts"

/** Which targets of the account are wanted. */
export interface Wanted {
  readonly search: string
  readonly limit: number
  readonly newestFirst: boolean
}

/** What the control routes do with the sandbox. */
export interface Controlled {
  readonly after: (index: number) => ReadonlyArray<SandboxRequest>
  readonly onNext: (wake: () => void) => () => void
  readonly describe: (wanted: Wanted) => object
  readonly seed: () => SandboxSeed
  readonly loadJson: (text: string) => Effect.Effect<void, InvalidSeed>
  readonly reset: Effect.Effect<void>
  readonly rules: () => ReadonlyArray<{ readonly rule: FaultRule; readonly seen: number }>
  readonly script: (rules: ReadonlyArray<FaultRule>) => void
  readonly clearRules: () => void
}

const prefix = "/_sandbox"

export const isControl = (path: string): boolean => path === prefix || path.startsWith(`${prefix}/`)

/** The longest that a request for the log is held, in milliseconds. */
const longestWait = 60_000

const csp = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
  "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A whole number of the query, or its default. */
const count = (
  query: URLSearchParams,
  name: string,
  otherwise: number,
): Result.Result<number, ResponseParts> => {
  const text = query.get(name)
  if (text === null) return Result.succeed(otherwise)
  return /^\d{1,15}$/.test(text)
    ? Result.succeed(Number(text))
    : Result.fail(textRefusal(400, `${name} is not a whole number`))
}

/** A request of the log as JSON, where what is missing is `null`. */
const entry = (request: SandboxRequest): object => ({
  ...request,
  status: request.status ?? null,
  reason: request.reason ?? null,
  fault: request.fault ?? null,
  milliseconds: request.milliseconds ?? null,
})

const requests = (
  { after, onNext }: Controlled,
  query: URLSearchParams,
): Effect.Effect<ResponseParts, ResponseParts> =>
  Effect.gen(function* () {
    const index = yield* Effect.fromResult(count(query, "after", 0))
    const wait = yield* Effect.fromResult(count(query, "wait", 0))
    const limit = yield* Effect.fromResult(count(query, "limit", Infinity))
    const operation = query.get("operation")
    if (operation !== null && !operationNames.some((name) => name === operation)) {
      const names = operationNames.join(", ")
      return yield* Effect.fail(textRefusal(400, `operation is none of ${names}`))
    }
    const isWanted = (one: SandboxRequest) => operation === null || one.operation === operation
    let seen = index
    const wanted = Effect.sync(() => after(seen).filter(isWanted))
    const some = Effect.callback<ReadonlyArray<SandboxRequest>>((resume) => {
      let takeBack = () => {}
      const look = () => {
        const fresh = after(seen)
        // Read once more a moment later, when the request that just came has its response.
        if (fresh.some(isWanted)) return resume(Effect.andThen(Effect.yieldNow, wanted))
        seen = fresh.at(-1)?.index ?? seen
        takeBack = onNext(look)
      }
      look()
      return Effect.sync(() => takeBack())
    })
    const log = wait === 0 ? yield* wanted : Option.getOrElse(
      yield* Effect.timeoutOption(some, Math.min(wait, longestWait)),
      () => [],
    )
    return json(log.slice(Math.max(0, log.length - limit)).map(entry))
  })

const bodyJson = (body: Uint8Array): Result.Result<unknown, ResponseParts> => {
  const text = new TextDecoder().decode(body)
  const broken = problemIn(text)
  if (broken === undefined) return Result.succeed(JSON.parse(text))
  const { column, line } = positionAt(text, broken.offset)
  return Result.fail(
    textRefusal(400, `the body: ${broken.problem} (line ${line}, column ${column})`),
  )
}

const page: Effect.Effect<ResponseParts> = Effect.map(
  // Only where somebody looks at it: a bundle for tests has no use for a page.
  Effect.promise(() => import("./page.ts")),
  ({ page }) => ({
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": csp,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
    body: page,
  }),
)

type Handler = (
  sandbox: Controlled,
  request: WireRequest,
) => Effect.Effect<ResponseParts, ResponseParts>

const handlers: { readonly [request: string]: Handler } = {
  "GET /": () => page,
  "GET /health": () => Effect.succeed(json({ status: "ok" })),
  "GET /requests": (sandbox, { url }) => requests(sandbox, url.searchParams),
  "GET /state": ({ describe }, { url }) =>
    Effect.gen(function* () {
      const query = url.searchParams
      const limit = yield* Effect.fromResult(count(query, "limit", Infinity))
      const order = query.get("order") ?? "oldest"
      if (order !== "oldest" && order !== "newest") {
        return yield* Effect.fail(textRefusal(400, "order is neither oldest nor newest"))
      }
      return json(
        describe({ search: query.get("search") ?? "", limit, newestFirst: order === "newest" }),
      )
    }),
  "GET /seed": ({ seed }) => Effect.sync(() => json(seed())),
  "PUT /seed": ({ loadJson }, { body }) =>
    loadJson(new TextDecoder().decode(body)).pipe(
      Effect.as(noContent),
      Effect.mapError((error) => textRefusal(400, error.message)),
    ),
  "POST /reset": ({ reset }) => Effect.as(reset, noContent),
  "GET /faults": ({ rules }) =>
    Effect.sync(() => json(rules().map(({ rule, seen }) => writeRule(rule, seen)))),
  "POST /faults": ({ script }, { body }) =>
    Effect.fromResult(bodyJson(body)).pipe(
      Effect.flatMap((value) =>
        Effect.fromResult(
          Result.mapError(readRules(value), (problem) => textRefusal(400, problem)),
        )
      ),
      Effect.map((rules) => {
        script(rules)
        return noContent
      }),
    ),
  "DELETE /faults": ({ clearRules }) =>
    Effect.sync(() => {
      clearRules()
      return noContent
    }),
}

const routesText = Object.keys(handlers)
  .map((request) => request.replace(" ", ` ${prefix}`))
  .join(", ")

/** Does what a control route asks. */
export const control = (
  sandbox: Controlled,
  request: WireRequest,
  allowHosts: ReadonlyArray<string>,
): Effect.Effect<ResponseParts> => {
  const { headers, url } = request
  const path = url.pathname.slice(prefix.length)
  const objected = objection(headers, allowHosts, path === "" || path === "/")
  if (objected !== undefined) return Effect.succeed(textRefusal(403, objected))
  if (path === "") {
    return Effect.succeed({ ...noContent, status: 308, headers: { location: `${prefix}/` } })
  }
  const method = request.method === "HEAD" ? "GET" : request.method
  const name = path === "/" ? path : path.replace(/\/$/, "")
  const key = `${method} ${name}`
  const handler = Object.hasOwn(handlers, key) ? handlers[key] : undefined
  if (handler !== undefined) return Effect.catch(handler(sandbox, request), Effect.succeed)
  const allow = Object.keys(handlers)
    .filter((one) => one.endsWith(` ${name}`))
    .map((one) => one.split(" ")[0])
  return Effect.succeed(
    allow.length > 0
      ? textRefusal(405, `use ${allow.join(" or ")}`, { allow: allow.join(", ") })
      : textRefusal(404, `there is no such control route; there are ${routesText}`),
  )
}
