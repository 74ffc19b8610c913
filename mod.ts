/**
 * The NP6 (MailPerformance) Target API as Effect programs. A *target* is a contact of the e-mail
 * marketing platform.
 *
 * ```ts
 * import { Targets } from "@effect-np6/targets"
 * import { Effect, Redacted } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const targets = yield* Targets
 *
 *   // Create the target, or update the one that has this unicity.
 *   const target = yield* targets.upsert("jane@example.com", {
 *     8102: "Doe",
 *     8103: "jane@example.com",
 *   })
 *
 *   // "Already in it" is an error that you can name.
 *   yield* targets.addToSegment(target.id, 12345).pipe(
 *     Effect.catchTag("Conflict", () => Effect.void),
 *   )
 *   return target.id
 * })
 *
 * const live = Targets.layerFetch({ apiKey: Redacted.make("your-key") })
 *
 * Effect.runPromise(Effect.provide(program, live))
 *   .then(console.log, console.error)
 * ```
 *
 * `8102` and `8103` are ids of the account's own fields, which {@link Account} lists and finds by
 * name.
 *
 * ## Operations
 *
 * {@link TargetsOperations} describes each. All of them can fail with {@link Unauthorized},
 * {@link Forbidden} and {@link ClientFailure}; some also with what is named here:
 *
 * - `list`, `stream`: all targets, as one array or while they arrive
 * - `get(id)`, `getByUnicity(unicity)`: one target; {@link NotFound}
 * - `find(unicity)`: one target, if there is one
 * - `upsert(unicity, values)`: creates a target, or updates the one that has the unicity
 * - `create(values)`: {@link Conflict}
 * - `update(id, values)`: {@link NotFound}, {@link Conflict}
 * - `addToSegment(id, segment)`, `removeFromSegment(id, segment)`: {@link NotFound},
 *   {@link Conflict}
 * - `ensureInSegment(unicity, values, segment)`: an upsert, then an add; {@link NotFound},
 *   {@link Conflict}
 * - `delete(id)`, `deleteMany(selection)`: {@link NotFound}
 *
 * {@link Bulk} runs them over streams of inputs, with {@link Progress} to watch;
 * {@link TargetModel} gives the account's fields names and types.
 *
 * {@link Account} reads what the account has: its fields, value lists and segments, who is in a
 * segment, bounces and red lists. `Account.modelSource` writes a {@link TargetModel} of it.
 *
 * ## Errors
 *
 * {@link ClientFailure} is what any call may fail with: {@link InvalidInput} (nothing was
 * sent), {@link BadRequest} (400, 411, 413, 415, 422), {@link RateLimited} (429), {@link ServerError}
 * (5xx), {@link UnexpectedResponse} (a redirect, a page of a proxy, another status, a body that doesn't
 * decode) and {@link TransportError} (no whole response). Every error has the {@link ErrorFields} and a
 * `remedy`: among them whether the call may have been `applied`, what to do about it, and the request
 * id that NP6's support asks for. None holds the key, an address or a field value.
 *
 * ## Retries
 *
 * Transient failures (429, 408, 500, 502, 503, 504, no response) are retried, at most twice by default,
 * and only where that is safe: `create` is not retried when it may have been applied.
 * {@link RetryPolicy} changes that, for a connection ({@link Np6}) or for a scope. {@link RateLimit}
 * slows a connection down when NP6 asks for it.
 *
 * ## Tests
 *
 * `@effect-np6/targets/sandbox` is an NP6 in memory, with failures that you can script: its
 * `Sandbox.layerTargets()` provides {@link Targets} and {@link Account} without a network.
 *
 * @module
 */
export * from "./src/client/Np6.ts"
export * from "./src/targets/Targets.ts"
export type * from "./src/targets/TargetsService.ts"
export * from "./src/account/Account.ts"
export type * from "./src/account/AccountService.ts"
export * from "./src/account/NameErrors.ts"
export * from "./src/account/NoUnicity.ts"
export * from "./src/client/Errors.ts"
export * as RetryPolicy from "./src/client/RetryPolicy.ts"
export * as RateLimit from "./src/client/RateLimit.ts"
export * as Bulk from "./src/bulk/Bulk.ts"
export * as Progress from "./src/bulk/Progress.ts"
export * as TargetModel from "./src/targets/TargetModel.ts"
export * from "./src/data/Target.ts"
export * from "./src/data/Bounce.ts"
export * from "./src/data/RedList.ts"
export * from "./src/data/Field.ts"
export * from "./src/data/AccountField.ts"
export * from "./src/data/AccountSegment.ts"
export * from "./src/data/BouncedTarget.ts"
export * from "./src/data/RedListedTarget.ts"
export * from "./src/data/ValueList.ts"
export { Day } from "./src/data/Day.ts"
export * from "./src/data/Unicity.ts"
export { FieldId, SegmentId, TargetId } from "./src/data/Ids.ts"
export * from "./src/data/Selection.ts"
export * from "./src/client/Np6Response.ts"
export * from "./src/data/Operation.ts"
