import * as Result from "effect/Result"
import { selectedBy } from "./targetOperations.ts"
import type { Match } from "./routes.ts"
import type { Concerned } from "./rules.ts"
import { parseBody, type Server } from "./server.ts"
import * as Store from "./store.ts"
import type { WireRequest } from "./WireRequest.ts"

const nobody: Concerned = { id: undefined, unicities: [] }

/** The contacts that a request names: in its path, its query or its body. */
export const concernedBy = (
  { account, store }: Server,
  { body: bytes, url }: WireRequest,
  match: Match,
): Concerned => {
  if (match._tag !== "Found") return nobody
  const { params, route } = match
  const query = url.searchParams
  const id = params["target"]
  if (id !== undefined) {
    const row = store.rows.get(id)
    return { id, unicities: row === undefined ? [] : [Store.unicityOf(account, row)] }
  }
  const queried = query.getAll("unicity")
  if (queried.length > 0) return { id, unicities: [queried] }
  const body = route.readsBody ? Result.getOrElse(parseBody(bytes), () => undefined) : undefined
  if (typeof body !== "object" || body === null) return nobody
  if (route.operation === "targets.deleteMany") {
    const rows = selectedBy({ account, store, params, query, body, now: 0 })
    return {
      id,
      unicities: Result.isSuccess(rows)
        ? Array.from(rows.success, (row) => Store.unicityOf(account, row))
        : [],
    }
  }
  const unicity = Store.unicityIn(account, Object.entries(body))
  return { id, unicities: unicity === undefined ? [] : [unicity] }
}
