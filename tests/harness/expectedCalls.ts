/**
 * What the client promises of one call: its table of endpoints, and its words on replays, as a page
 * of plain code beside the library's own.
 */
import type { Kind } from "./proof/randomFaults.ts"
import type { Ask, Np6, Reply } from "./proof/secondNp6.ts"

/** The end of a call. */
export type End =
  | { readonly value: unknown }
  | {
    readonly tag: string
    readonly reason?: string
    readonly applied: "no" | "unknown"
    readonly attempts: number
  }

interface Row {
  readonly failures: { readonly [status: number]: readonly [tag: string, reason?: string] }
  readonly isRead?: true
  /** Left out: whatever fails may be tried again. */
  readonly replay?: "only if surely not applied"
  /** After an attempt that may have been applied, this status says that it was. */
  readonly done?: number
}

const missing = { 404: ["NotFound"] } as const

const rows: { readonly [operation in Ask["operation"]]: Row } = {
  "targets.list": { failures: {}, isRead: true },
  "targets.get": { failures: missing, isRead: true },
  "targets.getByUnicity": { failures: missing, isRead: true },
  "targets.upsert": { failures: {} },
  "targets.create": {
    failures: { 409: ["Conflict", "UnicityTaken"] },
    replay: "only if surely not applied",
  },
  "targets.update": { failures: { ...missing, 409: ["Conflict", "UnicityTaken"] } },
  "targets.addToSegment": {
    failures: { ...missing, 409: ["Conflict", "AlreadyInSegment"] },
    done: 409,
  },
  "targets.removeFromSegment": {
    failures: { ...missing, 409: ["Conflict", "DynamicSegment"] },
    done: 404,
  },
  "targets.delete": { failures: missing, done: 404 },
  "targets.deleteMany": { failures: missing, done: 404 },
}

/** What a client sees of an attempt. */
type Seen =
  | { readonly answer: Reply }
  | { readonly status: number; readonly isPage?: boolean }
  | { readonly broken: "Connect" | "Reset" | "Timeout" }
  | { readonly unreadable: true }

/** Makes the attempt, and says what is to be seen of it. */
const attempt = (ask: Ask, account: Np6, fault: Kind | undefined): Seen => {
  const cut = (seen: Seen): Seen => {
    const answer = account.answer(ask)
    return answer.value === undefined ? { answer } : seen
  }
  const afterwards = (seen: Seen): Seen => {
    account.answer(ask)
    return seen
  }
  switch (fault) {
    case undefined:
    case "wrong content type":
    case "slow answer":
      return { answer: account.answer(ask) }
    case "refused connection":
      return { broken: "Connect" }
    case "reset before the effect":
      return { broken: "Reset" }
    case "reset after it":
      return afterwards({ broken: "Reset" })
    case "silence before the effect":
      return { broken: "Timeout" }
    case "silence after it":
      return afterwards({ broken: "Timeout" })
    case "body that breaks off":
      return cut({ broken: "Reset" })
    case "body that just ends":
      return cut({ unreadable: true })
    case "no body at all":
      return cut(
        ask.operation === "targets.deleteMany"
          ? { answer: { status: 200, value: undefined, changed: true } }
          : { unreadable: true },
      )
    case "429 that says when":
    case "429 that doesn't":
      return { status: 429 }
    case "500 before the effect":
      return { status: 500 }
    case "500 after it":
      return afterwards({ status: 500 })
    case "503 that says when":
    case "slow 503":
      return { status: 503 }
    case "503 after the effect":
      return afterwards({ status: 503 })
    case "gateway's page":
      return { status: 502, isPage: true }
  }
}

const isPage = (seen: Seen): boolean => "isPage" in seen

/** Whether NP6 may have done it, for all that the client can see. */
const mayBeApplied = (seen: Seen): boolean => {
  if ("broken" in seen) return seen.broken !== "Connect"
  if ("unreadable" in seen) return true
  const { status } = "answer" in seen ? seen.answer : seen
  return status < 400 || status >= 500
}

const failureOf = (row: Row, seen: Seen): readonly [tag: string, reason?: string] => {
  if ("broken" in seen) return ["TransportError", seen.broken]
  if ("unreadable" in seen) return ["UnexpectedResponse", "Body"]
  if (isPage(seen)) return ["UnexpectedResponse", "Html"]
  const { status } = "answer" in seen ? seen.answer : seen
  const documented = row.failures[status]
  if (documented !== undefined) return documented
  if (status === 400) return ["BadRequest"]
  if (status === 429) return ["RateLimited"]
  return status >= 500 ? ["ServerError"] : ["UnexpectedResponse", "Status"]
}

const retries = 2

/** The end of a call whose attempts meet these faults, one after the other. */
export const promise = (
  ask: Ask,
  account: Np6,
  faults: ReadonlyArray<Kind>,
  { isStreamed, replaysCreate }: { readonly isStreamed: boolean; readonly replaysCreate: boolean },
): End => {
  const row = rows[ask.operation]
  let wasUnsure = false
  for (let attempts = 1;; attempts++) {
    const fault = faults[attempts - 1]
    const seen = attempt(ask, account, fault)
    if ("answer" in seen && seen.answer.status < 300) {
      return { value: valueOf(ask, seen.answer, wasUnsure) }
    }
    if (wasUnsure && "answer" in seen && seen.answer.status === row.done) {
      return {
        value: ask.operation === "targets.deleteMany"
          ? { deleted: [], complete: false }
          : undefined,
      }
    }
    const isUnsure = row.isRead !== true && mayBeApplied(seen)
    wasUnsure ||= isUnsure
    const [tag, reason] = failureOf(row, seen)
    // A list that is handed on while it comes can't be asked for again.
    const hasBegun = ask.operation === "targets.list" && isStreamed &&
      fault === "body that breaks off"
    const isTransient = !hasBegun &&
      (isPage(seen) || ["TransportError", "RateLimited", "ServerError"].includes(tag))
    const mayReplay = row.replay === undefined || !isUnsure || replaysCreate
    if (isTransient && mayReplay && attempts <= retries) continue
    const applied = wasUnsure ? "unknown" : "no"
    return { tag, ...(reason === undefined ? {} : { reason }), applied, attempts }
  }
}

const valueOf = (ask: Ask, { value }: Reply, wasUnsure: boolean): unknown =>
  ask.operation === "targets.deleteMany"
    ? { deleted: value ?? [], complete: value !== undefined && !wasUnsure }
    : value
