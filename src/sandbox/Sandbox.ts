/**
 * An embedded NP6: a server of the Target API that lives in memory, for tests and for trying things
 * out. NP6 itself has no sandbox.
 *
 * It is a state machine, not a set of canned responses: what is created is found, listed, conflicts,
 * joins segments and is gone after deletion. It knows keys and permissions, fields with types,
 * unicity (the fields that identify a contact, usually the e-mail address), value lists, static and
 * dynamic segments, bounces, red lists (unsubscribes and complaints) and limits on requests. It can
 * be told to fail in every way a network and a server can ({@link Fault}), and it keeps a log. It is
 * the same server in process, as a web-standard handler, and over HTTP for any language.
 *
 * ## Beyond the ten endpoints
 *
 * It has the routes that NP6's own clients call: fields, value lists, segments and their members,
 * the count of targets, bounces and red lists, `PUT /segments/{id}/targets`, and the older
 * `POST /segments/{id}/targets/{id}` and `GET /experimentations/targets`. `POST
 * /actions/{id}/targets/{id}` is 204, and sends nothing. For every other route of NP6 the response
 * is 501 with a text that says so: an empty 404 would read as "no such contact".
 *
 * ## What is certain, and what is a choice
 *
 * Paths, statuses and shapes are those of NP6's API page. Where NP6's sources contradict one
 * another, both forms of a request are accepted (the forms of responses are the seed's `dialect`):
 *
 * - a trailing slash, or none;
 * - values keyed by field id (the API page), or by field name (seen live), never nested under
 *   `fields` (seen live: 400, `target cannot be identified - unicity is null`);
 * - an upsert with `?unicity=` (the API page), or with the unicity in the body alone (the vendor's
 *   Magento 2 module);
 * - a lookup by `?unicity=`, repeated for several criteria, or by `?hash=` (the newer reference);
 * - in a bulk delete, ids flat or each in an array, and a segment as a number, a text or an array.
 *
 * Where nobody knows what the real server does, the sandbox makes the strict choice, so that nothing
 * works here by luck:
 *
 * - an upsert whose body lacks the unicity, or has another than the query: 400; a creation with
 *   another in its query too;
 * - a query parameter that the route doesn't take, such as a misspelt `?unicty=`; `hash` beside
 *   `unicity`; a key given twice in a JSON object: 400;
 * - adding to a dynamic segment: 409; removing a target that is not in the segment: 404;
 * - a bulk delete without a body, or that selects nothing: 400, and nothing is deleted; without the
 *   versioned `Accept` header: 406; of which nothing is found: 404, of which some is: 200;
 * - an unknown field, a field given twice, a label that is not in the value list, a value beyond its
 *   field's constraint, a mandatory field that is missing or cleared: 400;
 * - unicity values and target ids are compared letter by letter;
 * - a body whose content type is not `application/json`: 415; one of more than 30 MB: 413; a `POST`
 *   or `PUT` without `Content-Length`, and anything chunked: 411 (411 and 415 were seen live, the
 *   exact rules were not); so `curl -X POST` wants `-d ''` where there is no body, which NP6's own
 *   sample lacks;
 * - another method on a path of targets: 405. 405 and 501 come before the key is looked at; then
 *   come 401, 429, 403, and what is wrong with the request.
 *
 * Refusals mostly have empty bodies, as NP6's do; the header `x-sandbox-reason` says why. Values read
 * back as they were written, but labels as their value list spells them; an emptied list reads back
 * as `null`, like every unset field.
 *
 * ## Over HTTP
 *
 * {@link Sandbox.serve} listens on loopback unless told otherwise, for programs in any language.
 * Beside NP6's routes there are control routes, which want no key, are not logged and are not struck
 * by faults:
 *
 * | Request | |
 * |---|---|
 * | `GET /_sandbox/` | a page for people: contacts, fields, segments, requests, faults, reset |
 * | `GET /_sandbox/health` | 200 |
 * | `GET /_sandbox/requests?operation=&after=&limit=&wait=` | the log as an array of {@link SandboxRequest}: of one operation, after an index, at most so many, the newest; `wait` holds the request for so many milliseconds, at most 60,000, until there is one |
 * | `GET /_sandbox/state?search=&limit=&order=` | the account with its keys, and the targets in which a text is found, at most so many, the `oldest` or the `newest` first |
 * | `GET`, `PUT /_sandbox/seed` | the account as a {@link SandboxSeed}; start again from another |
 * | `POST /_sandbox/reset` | start again from the seed |
 * | `GET`, `POST`, `DELETE /_sandbox/faults` | the rules; add one {@link FaultRule} or an array, as JSON with durations in milliseconds, `"times": "Infinity"`, and `"path": { "pattern": "^/targets" }` for a `RegExp`; drop all |
 *
 * The header `x-sandbox-fault` orders a fault for the request that has it: `503`, `reset`,
 * `reset applied`, `hang`, `refuse`, `truncate`, `html 502`, `latency 2000`, or a fault as JSON.
 *
 * Web pages of other sites are refused the control routes, and so is a host name that is neither
 * loopback nor an IP address nor among `allowHosts`.
 *
 * @example A pipeline under test, without a network
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Fault, Sandbox } from "@effect-np6/targets/sandbox"
 * import { Effect } from "effect"
 *
 * const test = Effect.gen(function* () {
 *   const targets = yield* Targets
 *   const sandbox = yield* Sandbox
 *   yield* sandbox.script({ fault: Fault.reset({ applied: true }) })
 *   yield* targets.upsert("a@b.c", { 8103: "a@b.c" })
 *   const { targets: kept } = yield* sandbox.state
 *   const log = yield* sandbox.requests
 *   // One target, two requests: the call was retried after its response was lost.
 *   return [kept.length, log.length]
 * }).pipe(Effect.provide(Sandbox.layerTargets()))
 * ```
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { makeInProcessClient } from "./client.ts"
import { make, makeJson } from "./make.ts"
import type { SandboxListenError } from "./SandboxListenError.ts"
import { serve } from "./serve.ts"
import type { InvalidSeed, SandboxSeed } from "./Seed.ts"
import { Account } from "../account/Account.ts"
import { Np6, type Np6Options } from "../client/Np6.ts"
import { Targets } from "../targets/Targets.ts"
import type { SandboxAddress, SandboxService, ServeOptions } from "./SandboxService.ts"

export * as Fault from "./Fault.ts"
export type { FaultMatch, FaultRule } from "./Fault.ts"
export type { SandboxOperation } from "./SandboxOperation.ts"
export type * from "./WireRequest.ts"
export { SandboxListenError } from "./SandboxListenError.ts"
export * from "./Seed.ts"

export type * from "./SandboxService.ts"

const SandboxBase: Context.ServiceClass<Sandbox, "@effect-np6/targets/Sandbox", SandboxService> =
  Context.Service<Sandbox, SandboxService>()("@effect-np6/targets/Sandbox")

/** What an in-process sandbox is made from: options of the connection, and a seed. */
export type SandboxOptions = Partial<Np6Options> & {
  /** Default: {@link defaultSeed}. */
  readonly seed?: SandboxSeed | undefined
}

/**
 * The sandbox as a service. Each layer that is built holds a sandbox of its own.
 *
 * @example
 * ```ts
 * import { Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * // Over HTTP, for a program in any language, until the scope ends.
 * const program = Effect.scoped(Effect.gen(function* () {
 *   const { url } = yield* Sandbox.serve()
 *   yield* Effect.log(`NP6 is at ${url}`)
 *   yield* Effect.never
 * })).pipe(Effect.provide(Sandbox.layer))
 * ```
 */
export class Sandbox extends SandboxBase {
  /** A sandbox that starts from {@link defaultSeed}: no targets yet. */
  static readonly layer: Layer.Layer<Sandbox> = Layer.effect(Sandbox, Effect.orDie(make({})))

  /** A sandbox that starts from this seed. */
  static readonly layerWith = (seed: SandboxSeed): Layer.Layer<Sandbox, InvalidSeed> =>
    Layer.effect(Sandbox, make(seed))

  /**
   * A sandbox that starts from a seed in JSON text, such as a file's. `InvalidSeed` says at which line
   * and column the text is wrong.
   */
  static readonly layerJson = (json: string): Layer.Layer<Sandbox, InvalidSeed> =>
    Layer.effect(Sandbox, makeJson(json))

  /**
   * An HTTP client that reaches the sandbox in process: no socket, no permission, and a `TestClock`
   * drives it. Requests look as they would on the wire, and a fault of the connection is an
   * `HttpClientError` whose reason is a `TransportError` with the {@link SocketError} as its cause.
   */
  static readonly layerClient: Layer.Layer<HttpClient.HttpClient, never, Sandbox> = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(Sandbox, ({ handle }) => makeInProcessClient(handle)),
  )

  /**
   * {@link Np6} over a sandbox in process, and the sandbox. The key is the one that may do everything
   * and the seed is {@link defaultSeed}, unless the options have others.
   *
   * An option that can't be used or a bad seed is a mistake in the test, so it is a defect.
   */
  static readonly layerNp6 = (options: SandboxOptions = {}): Layer.Layer<Np6 | Sandbox> => {
    const { seed, ...np6 } = options
    const connection = Sandbox.useSync(({ keys, url }) =>
      Np6.layer({ apiKey: keys.full, baseUrl: url, ...np6 })
    )
    return Layer.unwrap(connection).pipe(
      Layer.provide(Sandbox.layerClient),
      Layer.provideMerge(seed === undefined ? Sandbox.layer : Sandbox.layerWith(seed)),
      Layer.orDie,
    )
  }

  /**
   * {@link Targets} and {@link Account} over a sandbox in process, with their {@link Np6} and the
   * sandbox: all that a test of a pipeline needs. The options are those of {@link Sandbox.layerNp6}.
   */
  static readonly layerTargets = (
    options: SandboxOptions = {},
  ): Layer.Layer<Account | Targets | Np6 | Sandbox> =>
    Layer.provideMerge(Layer.mergeAll(Targets.layer, Account.layer), Sandbox.layerNp6(options))

  /**
   * Serves the sandbox over HTTP until the scope ends, on loopback unless told otherwise. Needs
   * Node's HTTP server, which Deno and Bun have too, and on Deno the permission to listen.
   */
  static readonly serve = (
    options: ServeOptions = {},
  ): Effect.Effect<SandboxAddress, SandboxListenError, Sandbox | Scope.Scope> =>
    Effect.flatMap(Sandbox, ({ handle }) => serve(handle, options))
}
