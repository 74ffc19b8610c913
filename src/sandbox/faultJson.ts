/**
 * Fault rules as JSON, for `/_sandbox/faults`, and faults as the text of a header.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseIssue } from "./issue.ts"
import * as Fault from "./Fault.ts"
import { placeOf } from "./jsonText.ts"
import { operationNames } from "./SandboxOperation.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

type FaultJson =
  | { readonly _tag: "Latency"; readonly duration: number; readonly andThen?: FaultJson }
  | { readonly _tag: "Hang"; readonly applied?: boolean }
  | { readonly _tag: "Refuse" }
  | { readonly _tag: "Reset"; readonly applied?: boolean }
  | {
    readonly _tag: "Truncate"
    readonly bytes?: number
    readonly framing?: Fault.Truncate["framing"]
  }
  | { readonly _tag: "ContentType"; readonly contentType: string }
  | ({ readonly _tag: "Respond"; readonly status: number } & Fault.RespondOptions)

const applied = Schema.optionalKey(Schema.Boolean)
// What a header can hold: a response with another could never be sent.
const HeaderName = Schema.String.check(Schema.isPattern(/^[!#$%&'*+\-.^`|~\w]+$/))
const HeaderValue = Schema.String.check(Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/))

const FaultJson: Schema.Codec<FaultJson> = Schema.Union([
  Schema.Struct({
    _tag: Schema.Literal("Latency"),
    duration: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
    andThen: Schema.optionalKey(Schema.suspend((): Schema.Codec<FaultJson> => FaultJson)),
  }),
  Schema.Struct({ _tag: Schema.Literal("Hang"), applied }),
  Schema.Struct({ _tag: Schema.Literal("Refuse") }),
  Schema.Struct({ _tag: Schema.Literal("Reset"), applied }),
  Schema.Struct({
    _tag: Schema.Literal("Truncate"),
    bytes: Schema.optionalKey(Count),
    framing: Schema.optionalKey(Schema.Literals(["content-length", "close"])),
  }),
  Schema.Struct({ _tag: Schema.Literal("ContentType"), contentType: HeaderValue }),
  Schema.Struct({
    _tag: Schema.Literal("Respond"),
    status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
    headers: Schema.optionalKey(Schema.Record(HeaderName, HeaderValue)),
    body: Schema.optionalKey(Schema.String),
    applied,
  }),
]).annotate({
  expected: `a fault, whose _tag is Latency, Hang, Refuse, Reset, Truncate, ContentType or Respond`,
})

const RuleJson = Schema.Struct({
  on: Schema.optionalKey(Schema.Struct({
    operation: Schema.optionalKey(Schema.Literals(operationNames)),
    method: Schema.optionalKey(Schema.String),
    path: Schema.optionalKey(Schema.Union([
      Schema.String,
      Schema.Struct({ pattern: Schema.String, flags: Schema.optionalKey(Schema.String) }),
    ])),
    unicity: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  })),
  skip: Schema.optionalKey(Count),
  // JSON has no Infinity.
  times: Schema.optionalKey(Schema.Union([Count, Schema.Literal("Infinity")])),
  fault: FaultJson,
})
type RuleJson = typeof RuleJson.Type

const RulesJson = Schema.Union([RuleJson, Schema.Array(RuleJson)])

const strict = { onExcessProperty: "error" } as const

const toFault = (json: FaultJson): Fault.Fault => {
  switch (json._tag) {
    case "Latency":
      return Fault.latency(
        json.duration,
        json.andThen === undefined ? undefined : toFault(json.andThen),
      )
    case "Hang":
      return Fault.hang({ applied: json.applied ?? false })
    case "Refuse":
      return Fault.refuse
    case "Reset":
      return Fault.reset({ applied: json.applied ?? false })
    case "Truncate":
      return Fault.truncate(json)
    case "ContentType":
      return Fault.contentType(json.contentType)
    case "Respond":
      return Fault.respond(json)
  }
}

const toRule = ({ fault, on, times, ...rule }: RuleJson): Fault.FaultRule => ({
  ...rule,
  ...(times === undefined ? {} : { times: times === "Infinity" ? Infinity : times }),
  ...(on === undefined ? {} : {
    on: {
      ...on,
      ...(typeof on.path === "object" ? { path: new RegExp(on.path.pattern, on.path.flags) } : {}),
    } as Fault.FaultMatch,
  }),
  fault: toFault(fault),
})

/** The rules of a request's body: one, or an array of them. */
export const readRules = (json: unknown): Result.Result<ReadonlyArray<Fault.FaultRule>, string> => {
  const decoded = Schema.decodeUnknownResult(RulesJson)(json, strict)
  if (Result.isFailure(decoded)) {
    const { message, path } = parseIssue(decoded.failure.issue)
    return Result.fail(path.length === 0 ? message : `${placeOf(path)}: ${message}`)
  }
  return Result.try({
    try: () => [decoded.success].flat().map(toRule),
    // A pattern that is none.
    catch: (error) => error instanceof Error ? error.message : String(error),
  })
}

const writeFault = (fault: Fault.Fault): FaultJson => {
  switch (fault._tag) {
    case "Latency": {
      const { andThen, duration } = fault
      return {
        _tag: "Latency",
        duration: Duration.toMillis(duration),
        ...(andThen === undefined ? {} : { andThen: writeFault(andThen) }),
      }
    }
    case "Truncate": {
      const { bytes, ...rest } = fault
      return bytes === undefined ? rest : { ...rest, bytes }
    }
    default:
      return fault
  }
}

/** A rule as JSON, with how many requests have matched it. */
export const writeRule = (rule: Fault.FaultRule, seen: number): unknown => {
  const { on = {}, skip = 0, times = 1, fault } = rule
  const { path } = on
  return {
    on: path instanceof RegExp ? { ...on, path: { pattern: path.source, flags: path.flags } } : on,
    skip,
    times: times === Infinity ? "Infinity" : times,
    seen,
    fault: writeFault(fault),
  }
}

/** What `x-sandbox-fault` takes, for a refusal of something else. */
export const headerForms = "a status (503), refuse, reset, hang, truncate, html 502, " +
  "latency 2000 (milliseconds), each with a space and applied where the request is to take " +
  'effect first (reset applied), or a fault as JSON ({"_tag":"Reset"})'

const wordsPattern =
  /^(?:(\d{3})|(refuse|reset|hang|truncate)|html (\d{3})|latency (\d{1,9}))( applied)?$/

/** A fault as the header writes it. */
export const readHeader = (text: string): Result.Result<Fault.Fault, string> => {
  const problem = Result.fail(`x-sandbox-fault is none of: ${headerForms}`)
  if (text.startsWith("{")) {
    const decoded = Schema.decodeUnknownResult(Schema.fromJsonString(FaultJson))(text, strict)
    return Result.isFailure(decoded) ? problem : Result.succeed(toFault(decoded.success))
  }
  const words = wordsPattern.exec(text.trim())
  if (words === null) return problem
  const [, status, name, page, wait, suffix] = words
  const isApplied = suffix !== undefined
  const code = Number(status ?? page ?? 200)
  if (code < 200 || code > 599) return problem
  if (status !== undefined) return Result.succeed(Fault.status(code, { applied: isApplied }))
  if (page !== undefined) return Result.succeed({ ...Fault.html(code), applied: isApplied })
  if (wait !== undefined) return Result.succeed(Fault.latency(Number(wait)))
  switch (name) {
    case "hang":
      return Result.succeed(Fault.hang({ applied: isApplied }))
    case "reset":
      return Result.succeed(Fault.reset({ applied: isApplied }))
    case "truncate":
      return Result.succeed(Fault.truncate())
    default:
      return Result.succeed(Fault.refuse)
  }
}
