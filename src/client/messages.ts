/**
 * The messages of the errors: what happened, what it means, what to do next.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import { setupOf } from "../http/failure.ts"
import { type Described, isUnsafeToRepeat } from "./Remedy.ts"

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
    "NP6 requires a Content-Length header, and something on the way removed it. Check proxies and `transformClient`.",
  413: "NP6 rejected the request as too large. Send less in one call.",
  415:
    "NP6 rejected the content type, which something on the way changed. Check proxies and `transformClient`.",
}

const unreachable = {
  Permission: "Deno has no permission to reach NP6. Run it with --allow-net=<host of `baseUrl`>.",
  Dns: "The host of NP6 has no address. Check `baseUrl` and the name server.",
  Tls:
    "The server's TLS certificate isn't trusted, or it speaks no TLS. Check `baseUrl` and proxies.",
}

const setupSentence = ({ detail }: Described): string | undefined => {
  const setup = setupOf(detail)
  return setup === undefined ? undefined : unreachable[setup]
}

const later = ({ retryAfter }: Described): string =>
  retryAfter === undefined ? "Try again later" : `Try again in ${Duration.format(retryAfter)}`

// One row an error, or an error and its reason.
const sentences: { readonly [key: string]: Sentence } = {
  Unauthorized:
    "NP6 doesn't accept the API key. Check `apiKey` (NP6_API_KEY in the environment): it may be misspelt, revoked or made for another host.",
  Forbidden:
    "The API key has no permission for this. A key has the rights of the NP6 user it was made for: give that user the permissions on contacts, targets, fields and segments.",
  NotFound: (error) =>
    notFound[error.operation] ??
      "NP6 has no target with this id. Check the id; the id of a deleted target doesn't come back.",
  "Conflict/UnicityTaken":
    "Another target has this unicity. Write to that one with upsert, or read it with getByUnicity.",
  "Conflict/AlreadyInSegment":
    "The target is in the segment already: there is nothing left to do. NP6 may say the same of a dynamic segment, whose members a query decides.",
  "Conflict/DynamicSegment":
    "The segment is dynamic: a query decides who is in it. Change the fields that the query reads.",
  InvalidInput: (error) => `Nothing was sent, because ${error.input} is refused: ${error.problem}.`,
  BadRequest: (error) =>
    badRequest[error.status ?? 400] ??
      "NP6 rejected the content of the request. Check that the field ids exist, that each value fits its field's type and that list labels are spelt as in NP6.",
  RateLimited: (error) =>
    error.attempts === 0
      ? `Nothing was sent: the rate limit held the call back for too long. ${later(error)}.`
      : `NP6's rate limit is reached. Send fewer requests at once. ${later(error)}.`,
  ServerError: (error) =>
    error.status === 503
      ? `NP6 is down for maintenance, or overloaded. ${later(error)}.`
      : `NP6 had an internal error. ${
        later(error)
      }; if it persists, send NP6 support the request id.`,
  "UnexpectedResponse/Redirect":
    "The response redirects to another address. It is never followed, because the key would go along. Check `baseUrl`.",
  "UnexpectedResponse/Proxy":
    "A proxy asks for credentials and didn't pass the request on. Check the proxy's settings.",
  "UnexpectedResponse/Html":
    "The response is an HTML page, so it isn't NP6's: a firewall, a gateway or a login page responded in its place. Check `baseUrl` and the network, unless it passes.",
  "UnexpectedResponse/Partial":
    "The response is a part of a body, which was not asked for, so it isn't NP6's. Check `baseUrl`, proxies and caches.",
  "UnexpectedResponse/Status":
    "NP6 documents no such status for this operation. Check `baseUrl`; a proxy may have responded in NP6's place.",
  "UnexpectedResponse/Body":
    "The body of the response isn't what NP6 documents. A proxy may have responded in NP6's place, or NP6 has changed.",
  "UnexpectedResponse/TooLarge":
    "The response is larger than accepted: 8 MiB for one target, 16 MiB for one of a list, and 1,000 levels of nesting.",
  "TransportError/Connect": (error) =>
    setupSentence(error) ?? "NP6 couldn't be reached. Check the network and `baseUrl`.",
  "TransportError/Reset": (error) =>
    setupSentence(error) ?? "The connection broke before the response was complete.",
  "TransportError/Timeout": "No complete response arrived in time. Try again, or raise `timeout`.",
}

const render = (error: Described): string => {
  const sentence = sentences[`${error._tag}/${error.reason}`] ?? sentences[error._tag] ?? error._tag
  return typeof sentence === "string" ? sentence : sentence(error)
}

const may = (error: Described): string =>
  isUnsafeToRepeat(error)
    ? "The call may have been applied: look before you repeat it."
    : "The call may have been applied."

/** The message of an error: one line, without the key, addresses or field values. */
export const describe = (error: Described): string =>
  [
    `${error.operation}: ${render(error)}`,
    error.applied === "unknown" && may(error),
    error.delivered !== undefined && `${error.delivered} targets were delivered before.`,
    error.detail !== "" && error.problem === undefined && `Detail: ${error.detail}`,
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
