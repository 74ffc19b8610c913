/**
 * What an account has: its fields, value lists and segments, and the feeds of bounces and red lists.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Result from "effect/Result"
import { Np6 } from "../client/Np6.ts"
import type { AccountField } from "../data/AccountField.ts"
import type { ValueList } from "../data/ValueList.ts"
import type { AccountService } from "./AccountService.ts"
import { makeAccountService } from "./make.ts"
import { modelSource } from "./modelSource.ts"
import type { NoUnicity } from "./NoUnicity.ts"

const AccountBase: Context.ServiceClass<Account, "@effect-np6/targets/Account", AccountService> =
  Context.Service<Account, AccountService>()("@effect-np6/targets/Account")

/**
 * The account of an API key as a service: `yield* Account` gives an {@link AccountService}.
 *
 * @example
 * ```ts
 * import { Account, Np6, Targets } from "@effect-np6/targets"
 * import { Effect, Layer, Redacted, Stream } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const account = yield* Account
 *   const targets = yield* Targets
 *   // Names in place of ids.
 *   const newsletter = yield* account.segmentNamed("Newsletter")
 *   // Nobody on the red list stays in it.
 *   yield* account.redList("mail", { start: "2026-01-01" }).pipe(
 *     Stream.runForEach(({ id }) =>
 *       targets.removeFromSegment(id, newsletter.id).pipe(
 *         Effect.catchTag("NotFound", () => Effect.void),
 *       )
 *     ),
 *   )
 * })
 *
 * // One connection for both services.
 * const live = Layer.mergeAll(Account.layer, Targets.layer).pipe(
 *   Layer.provide(Np6.layerFetch({ apiKey: Redacted.make("your-key") })),
 * )
 * const main = Effect.provide(program, live)
 * ```
 */
export class Account extends AccountBase {
  /**
   * The service on a connection, which other services can share. It is made anew for each connection
   * that is provided, so a program with two accounts gets two services, with names of their own.
   */
  static readonly layer: Layer.Layer<Account, never, Np6> = Layer.fresh(
    Layer.effect(Account, Effect.flatMap(Np6, makeAccountService)),
  )

  /**
   * Writes the TypeScript source of a {@link TargetModel} of the account's contacts, as a module that
   * exports `Contact`: save it, and change what it can't know.
   *
   * - Names are made readable: `Prénom du client` becomes `prenomDuClient`. Where two become the same,
   *   the later one has its id behind it (`prenom8641`).
   * - A comment for each field has its name, type and constraint in NP6.
   * - List fields have the labels of their value list as literals. Labels that differ in case alone
   *   are one to NP6; the first is written. Without its value list, a list field takes any text.
   * - A date is an instant, which loses nothing. For a birthday, write `TargetModel.day` in its place.
   * - A field of a type that isn't documented takes any value.
   *
   * Fails with {@link NoUnicity} where none of the fields is part of the unicity.
   *
   * @example
   * ```ts
   * import { Account } from "@effect-np6/targets"
   * import { Effect } from "effect"
   *
   * const program = Effect.gen(function* () {
   *   const account = yield* Account
   *   const fields = yield* account.fields
   *   const valueLists = yield* account.valueLists
   *   const source = yield* Effect.fromResult(Account.modelSource({ fields, valueLists }))
   *   yield* Effect.sync(() => console.log(source))
   * })
   * ```
   */
  static readonly modelSource: (account: {
    readonly fields: ReadonlyArray<AccountField>
    readonly valueLists: ReadonlyArray<ValueList>
  }) => Result.Result<string, NoUnicity> = modelSource
}
