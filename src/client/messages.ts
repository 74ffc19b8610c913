/**
 * The messages of the errors: what happened, what it means, what to do next.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import type { Operation } from "../data/Operation.ts"

/** What a message is made of: the fields that the errors have between them. */
export interface Described {
  readonly _tag: string
  readonly operation: Operation
  readonly applied: "no" | "unknown"
  readonly attempts: number
  readonly status?: number
  readonly requestId?: string
  readonly detail?: string
  readonly reason?: string
  readonly input?: string
  readonly problem?: string
  readonly retryAfter?: Duration.Duration
  readonly delivered?: number
}

type Sentence = string | ((error: Described) => string)

const noSegment =
  "NP6 has no segment with this id. Check the id, which `segments` of Account lists."

const notFound: { readonly [operation: string]: string } = {
  "targets.getByUnicity": "NP6 has no target with this unicity. Use upsert to create it.",
  "targets.addToSegment": "NP6 has no such target, or no such segment. Check both ids.",
  "targets.removeFromSegment":
    "NP6 has no such target or segment, or the target isn't in the segment. Check both ids.",
  "account.segment": noSegment,
  "account.segmentMembers": noSegment,
  "targets.deleteMany": "NP6 found none of the selected targets. There is nothing left to delete.",
}

const badRequest: { readonly [status: number]: string } = {
  411:
    "NP6 wants a Content-Length, which something between here and there removed. Check proxies and `transformClient`.",
  413: "NP6 finds the request too large. Send less in one call.",
  415:
    "NP6 doesn't accept the content type, which something between here and there changed. Check proxies and `transformClient`.",
}

// One row an error, or an error and its reason.
const sentences: { readonly [key: string]: Sentence } = {
  Unauthorized:
    "NP6 doesn't accept the API key. Check `apiKey` (the environment variable NP6_API_KEY with Np6.layerConfig): it is misspelt, revoked, or made for another host.",
  Forbidden:
    "The API key has no permission for this. A key has the rights of the NP6 user it was made for: give that user the permissions on contacts, targets, fields and segments.",
  NotFound: (error) =>
    notFound[error.operation] ??
      "NP6 has no target with this id. Check the id; a deleted target's id doesn't come back.",
  "Conflict/UnicityTaken":
    "Another target has this unicity already. Use upsert to write to that one, or getByUnicity to see it.",
  "Conflict/AlreadyInSegment":
    "The target is in the segment already: treat it as done. NP6 may answer the same for a dynamic segment, whose members a query decides.",
  "Conflict/DynamicSegment":
    "The segment is dynamic: a query decides who is in it. Change the fields that the query looks at.",
  InvalidInput: (error) => `Nothing was sent, because ${error.input} is refused: ${error.problem}.`,
  BadRequest: (error) =>
    badRequest[error.status ?? 400] ??
      "NP6 refuses the content. Check that the field ids exist, that values fit the fields' types and that list labels are spelt as in NP6.",
  RateLimited: (error) =>
    `NP6's rate limit is reached. ${
      error.retryAfter === undefined
        ? "Send fewer requests at once"
        : `Wait ${Duration.format(error.retryAfter)}`
    }, then repeat it.`,
  ServerError: (error) =>
    error.status === 503
      ? "NP6 is offline for maintenance, or overloaded. Repeat it later."
      : "NP6 failed. Repeat it later, and give NP6's support the request id if it stays so.",
  "UnexpectedResponse/Redirect":
    "NP6 redirects to another address, which is never followed, because the key would go there too. Check `baseUrl`.",
  "UnexpectedResponse/Status":
    "NP6 answered with a status that isn't documented for this operation. Check `baseUrl`; a proxy may have answered in NP6's place.",
  "UnexpectedResponse/Body":
    "NP6 answered with a body that isn't what it documents. A proxy may have answered in its place, or NP6 has changed.",
  "UnexpectedResponse/TooLarge":
    "NP6 answered with more than is accepted for one target (8 MiB, or 16 MiB in a list, and 1,000 levels of nesting).",
  "TransportError/Connect":
    "NP6 couldn't be reached. Check the network and `baseUrl`, and under Deno the permission --allow-net.",
  "TransportError/Reset": "The connection broke before the answer was complete.",
  "TransportError/Timeout": "No complete answer came in time. Repeat it, or raise `timeout`.",
}

const render = (error: Described): string => {
  const sentence = sentences[`${error._tag}/${error.reason}`] ?? sentences[error._tag] ?? error._tag
  return typeof sentence === "string" ? sentence : sentence(error)
}

/** The message of an error: one line, without the key, addresses or field values. */
export const describe = (error: Described): string =>
  [
    `${error.operation}: ${render(error)}`,
    error.applied === "unknown" && "The call may have been applied.",
    error.delivered !== undefined && `${error.delivered} targets were delivered before.`,
    error.detail !== undefined && `Detail: ${error.detail}`,
    facts(error),
  ].filter((part) => part !== false).join(" ")

const facts = (error: Described): string | false => {
  const known = [
    error.status !== undefined && `status ${error.status}`,
    error.attempts > 1 && `${error.attempts} attempts`,
    error.requestId !== undefined && `request id ${error.requestId}`,
  ].filter((fact) => fact !== false)
  return known.length > 0 && `(${known.join(", ")})`
}
