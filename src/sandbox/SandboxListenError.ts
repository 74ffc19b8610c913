import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"

const SandboxListenErrorBase: new (
  args: { readonly hostname: string; readonly port: number; readonly cause: unknown },
) => Cause.YieldableError & {
  readonly _tag: "SandboxListenError"
  readonly hostname: string
  readonly port: number
} = Data.TaggedError("SandboxListenError")<{
  readonly hostname: string
  readonly port: number
  readonly cause: unknown
}>

/**
 * The sandbox could not listen: the port is taken, or out of range, or this machine has no such
 * address, or the runtime has no HTTP server, as a browser hasn't. `cause` is the runtime's own
 * error. (A missing permission is not among these: Deno ends the program over it.)
 *
 * @example
 * ```ts
 * import { Sandbox } from "@effect-np6/targets/sandbox"
 * import * as Effect from "effect/Effect"
 *
 * const address = Sandbox.serve({ port: 8080 }).pipe(
 *   Effect.catchTag("SandboxListenError", () => Sandbox.serve()),
 * )
 * ```
 */
export class SandboxListenError extends SandboxListenErrorBase {
  /** The address and the port that were asked for, and the runtime's own words. */
  override get message(): string {
    const reason = this.cause instanceof Error ? `: ${this.cause.message}` : "."
    return `The sandbox cannot listen on ${this.hostname}, port ${this.port}${reason}`
  }
}
