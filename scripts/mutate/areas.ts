/**
 * The areas of the source, each with the tests that are to notice when it is broken.
 *
 * @module
 */

/** A part of the source, and what is wanted of its tests. */
export interface Area {
  readonly name: string
  /** The share of the mutants, in percent, that have to be killed. */
  readonly wanted: number
  /** Globs of the source. */
  readonly source: ReadonlyArray<string>
  /** Globs of the tests. Not all of them, because a mutant that survives takes as long as these. */
  readonly tests: ReadonlyArray<string>
}

const internal = (...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name) => `src/internal/${name}.ts`)
const exported = (...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name) => `src/${name}.ts`)
const tests = (...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name) => `tests/${name}.test.ts`)

/** Every file of the source is in one of them. */
export const areas: ReadonlyArray<Area> = [
  {
    name: "paths",
    wanted: 95,
    source: internal("connection", "input", "text", "checks"),
    tests: tests("inputs", "requests", "layers", "endpoints", "model", "bulk", "internal/urls"),
  },
  {
    name: "replay",
    wanted: 95,
    source: [...internal("call", "retry", "endpoints", "attempts"), ...exported("RetryPolicy")],
    tests: tests(
      ...["answers", "bulk", "endpoints", "failures", "inputs", "list", "progress", "requests"],
      ...["retries", "tracing"],
      ...["internal/retryBudget", "internal/slowAnswers", "leaks/headers", "rate/gate"],
    ),
  },
  {
    name: "errors",
    wanted: 95,
    source: internal("deadlines", "exchange", "fetch", "fetchBody", "response", "transport"),
    tests: tests(
      ...["answers", "failures", "list", "overFetch", "sockets"],
      ...["internal/bodies", "internal/deadlines", "internal/fetchSettings"],
      ...["internal/plainFetch", "internal/requestIds", "internal/slowAnswers"],
      ...["internal/statuses", "internal/transport"],
    ),
  },
  {
    name: "redaction",
    wanted: 95,
    source: internal("issue", "messages", "redact"),
    tests: tests("answers", "errors", "failures", "inputs", "internal/issue", "internal/redact"),
  },
  {
    name: "stream",
    wanted: 95,
    source: internal("depth", "instant", "jsonArray", "listed", "number", "signs", "targetDecoder"),
    tests: tests(
      ...["list", "model", "targetDecoder"],
      // Not `listSize`, `jsonArrayWork`: what Stryker makes of a loop takes minutes for 16 MiB.
      ...["internal/bodies", "internal/instant", "internal/jsonArray"],
    ),
  },
  {
    name: "values",
    wanted: 85,
    source: [
      ...internal("codes", "optional"),
      ...exported("Bounce", "Errors", "Field", "Operation", "RedList", "SegmentId"),
      ...exported("Selection", "Target", "TargetId", "Unicity"),
    ],
    tests: tests("errors", "inputs", "model", "types"),
  },
  {
    name: "client",
    wanted: 85,
    source: [...internal("targets", "version"), ...exported("Targets")],
    tests: tests(
      ...["endpoints", "layers", "list", "manifest", "requests", "retries", "tracing"],
      ...["internal/fetchSettings", "internal/slowAnswers"],
    ),
  },
  {
    name: "model",
    wanted: 85,
    source: [...internal("model/*"), ...exported("TargetModel")],
    tests: tests("targetModel", "targetModelProperties", "targetModelRefusals"),
  },
  {
    name: "bulk",
    wanted: 85,
    source: [...internal("bulk/*"), ...exported("Bulk", "Progress")],
    tests: tests("bulk", "bulkOrder", "progress"),
  },
  {
    name: "rate",
    wanted: 85,
    source: [...internal("rate/*"), ...exported("RateLimit")],
    tests: tests("rate/*"),
  },
  {
    name: "sandbox",
    wanted: 85,
    source: [
      ...internal("sandbox/*"),
      ...exported("Answer", "Fault", "Sandbox", "SandboxSeed"),
    ],
    tests: tests("progress", "sandbox/*", "sockets"),
  },
]
