/**
 * What the sandbox provides, as types.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { FaultRule } from "./Fault.ts"
import type { SandboxOperation } from "./SandboxOperation.ts"
import type { InvalidSeed, SandboxSeed, SeedBounce, SeedRedListEntry } from "./Seed.ts"
import type { SocketError, WireRequest } from "./WireRequest.ts"

/**
 * One request that the sandbox received, and what became of it.
 *
 * @example
 * ```ts
 * import { Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * const retries = Effect.gen(function* () {
 *   const sandbox = yield* Sandbox
 *   const log = yield* sandbox.requests
 *   const creates = log.filter(({ operation }) => operation === "targets.create")
 *   return creates.length - 1
 * })
 * ```
 */
export interface SandboxRequest {
  /** Counts from 1, without gaps, also across a reset. */
  readonly index: number
  /** When it arrived, in epoch milliseconds of Effect's `Clock`. */
  readonly time: number
  /** The operation it was routed to; `unknown` when there is no such path or method. */
  readonly operation: SandboxOperation
  /** As it was received: `GET`, `PUT`, `POST` or `DELETE`, if it is one of NP6's. */
  readonly method: string
  /** As it was sent, percent-encoding and all. */
  readonly path: string
  /** As it was sent, without the question mark. */
  readonly query: string
  /** By lower-case name. The value of `x-key` is the name of the key, or `unknown`. */
  readonly headers: Readonly<Record<string, string>>
  /** As text, with all field values in it, up to 64 KiB; empty where there was none. */
  readonly body: string
  /** The length of the whole body. */
  readonly bodyBytes: number
  /** The status of the response; `undefined` while there is none, or when a fault left none. */
  readonly status: number | undefined
  /** Why the sandbox refused it, as in the response's `x-sandbox-reason`. */
  readonly reason: string | undefined
  /** The `x-request-id` of the response. */
  readonly requestId: string
  /** Whether it changed the state. */
  readonly applied: boolean
  /** The fault that was committed, if one was. */
  readonly fault: FaultRule["fault"]["_tag"] | undefined
  /** How long it took until it had its response, or was given up; `undefined` before. */
  readonly milliseconds: number | undefined
}

/** A target as the sandbox keeps it. */
export interface SandboxTarget {
  /** Eight characters of upper-case base 36; the sandbox counts its own up from `000MLGPR`. */
  readonly id: string
  /** Epoch milliseconds: of a whole minute, or as the seed has it. */
  readonly creationDate: number
  /** As `creationDate`. Joining or leaving a segment does not move it. */
  readonly lastUpdateDate: number
  /** By field id; an unset field is not there. */
  readonly fields: Readonly<Record<string, string | number | ReadonlyArray<string>>>
  /** The ids of the segments it is in, those it joined last at the end. */
  readonly segments: ReadonlyArray<number>
  /** As the seed has them: no request changes them. */
  readonly bounce: ReadonlyArray<SeedBounce>
  /** As the seed has it: no request changes it. */
  readonly redList: { readonly mail?: SeedRedListEntry; readonly sms?: SeedRedListEntry }
}

/** What the sandbox holds at one moment; later requests do not change it. */
export interface SandboxState {
  /** In order of creation. */
  readonly targets: ReadonlyArray<SandboxTarget>
}

/** How the control routes under `/_sandbox/` are reached. */
export interface HandleOptions {
  /**
   * Host names under which the control routes may be reached, and whose web pages may use them,
   * beside loopback and IP addresses. A request under another name gets a 403.
   */
  readonly allowHosts?: ReadonlyArray<string>
}

/** Where {@link Sandbox.serve} listens. */
export interface ServeOptions extends HandleOptions {
  /** A free one when left out. */
  readonly port?: number
  /** `127.0.0.1` when left out: nobody but this machine can connect. */
  readonly hostname?: string
}

/** Where a sandbox is reached over HTTP. */
export interface SandboxAddress {
  /** Without a trailing slash. */
  readonly url: string
  /** The port in use, which is how a free one is known. */
  readonly port: number
}

/** A running sandbox. */
export interface SandboxService {
  /**
   * The base URL for use in process. The name is a reserved one that never reaches a network; the
   * sandbox answers to any other just as well.
   */
  readonly url: string
  /** The keys every sandbox has: `full` may do everything, `readOnly` is refused writes with 403. */
  readonly keys: {
    readonly full: Redacted.Redacted<string>
    readonly readOnly: Redacted.Redacted<string>
  }
  /**
   * Responds to one request: every way to reach the sandbox ends here. Time is Effect's `Clock`, an
   * interruption ends a hang, and a fault of the connection is a {@link SocketError}.
   */
  readonly handle: (
    request: WireRequest,
    options?: HandleOptions,
  ) => Effect.Effect<Response, SocketError>
  /**
   * The web-standard form of `handle`, for `Deno.serve` and for anything that takes a `fetch`. A
   * fault of the connection rejects with a {@link SocketError}; aborting the request's signal ends a
   * hang. A request that was never sent lacks a `Content-Length`; it gets the one a transport would
   * add.
   */
  readonly handler: (request: Request) => Promise<Response>
  /** Adds rules after those already there. */
  readonly script: (...rules: ReadonlyArray<FaultRule>) => Effect.Effect<void>
  /**
   * The log, the oldest request first: the last 100,000 requests, or fewer where they come to more
   * than 64 MiB.
   */
  readonly requests: Effect.Effect<ReadonlyArray<SandboxRequest>>
  /** Requests as they end, with or without a response, from when this is run. */
  readonly ended: Stream.Stream<SandboxRequest>
  /** All targets as they are when this runs. */
  readonly state: Effect.Effect<SandboxState>
  /** The account as it is when this runs, as the seed of another sandbox. */
  readonly seed: Effect.Effect<SandboxSeed>
  /** Starts again from another seed, with no rules, an empty log and full rate limits. */
  readonly load: (seed: SandboxSeed) => Effect.Effect<void, InvalidSeed>
  /** Back to the seed, with no rules, an empty log and full rate limits. */
  readonly reset: Effect.Effect<void>
}
