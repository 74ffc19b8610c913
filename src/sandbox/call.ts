import * as Result from "effect/Result"
import type { SandboxAccount } from "./account.ts"
import { refusal, type ResponseParts } from "./response.ts"
import type { SeedSegment } from "./Seed.ts"
import type { Contact, Store } from "./store.ts"

/** A request that was let in, and what it acts on. */
export interface Call {
  readonly account: SandboxAccount
  readonly store: Store
  /** Decoded parameters of the path, by name. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Parsed JSON, for the operations whose route wants a body. */
  readonly body: unknown
  /** Epoch milliseconds. */
  readonly now: number
}

export type Outcome = Result.Result<ResponseParts, ResponseParts>

/** Acts on a request, and says what is sent: a success, or a refusal. */
export type Operate = (call: Call) => Outcome

/** The target that the path names. */
export const targetOf = ({ params, store }: Call): Result.Result<Contact, ResponseParts> => {
  const row = store.rows.get(params["target"] ?? "")
  return row === undefined
    ? Result.fail(refusal(404, "there is no target with this id"))
    : Result.succeed(row)
}

/** An id in a path, where it is a number. */
const numeric = (text: string | undefined): number =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN

/** What has the id in the path, of the things of the account that have numbers. */
export const byNumber = <A>(
  things: ReadonlyMap<number, A>,
  id: string | undefined,
  what: string,
): Result.Result<A, ResponseParts> => {
  const found = things.get(numeric(id))
  return found === undefined
    ? Result.fail(refusal(404, `there is no ${what} with this id`))
    : Result.succeed(found)
}

/** The segment that the path names. */
export const segmentOf = ({ account, params }: Call): Result.Result<SeedSegment, ResponseParts> =>
  byNumber(account.segments, params["segment"], "segment")
