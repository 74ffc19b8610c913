/**
 * The areas of the source, each with the tests that are to notice when it is broken.
 *
 * @module
 */

import { bulk } from "./explained/bulk.ts"
import { client } from "./explained/client.ts"
import { errors } from "./explained/errors.ts"
import { model } from "./explained/model.ts"
import { paths } from "./explained/paths.ts"
import { rate } from "./explained/rate.ts"
import { redaction } from "./explained/redaction.ts"
import { replay } from "./explained/replay.ts"
import { sandbox } from "./explained/sandbox.ts"
import { stream } from "./explained/stream.ts"
import { values } from "./explained/values.ts"
import type { Reason } from "./reason.ts"

/** A part of the source, and what is wanted of its tests. */
export interface Area {
  readonly name: string
  /** The share of the mutants, in percent, that have to be killed. */
  readonly wanted: number
  /** Globs of the source. */
  readonly source: ReadonlyArray<string>
  /** Globs of the tests. Not all of them, because a mutant that survives takes as long as these. */
  readonly tests: ReadonlyArray<string>
  /** Why some of the mutants live. */
  readonly explained: ReadonlyArray<Reason>
}

/** What is wanted of all areas together. */
export const wantedOfAll = 85

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
    explained: paths,
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
    explained: replay,
  },
  {
    name: "errors",
    wanted: 95,
    source: internal("deadlines", "exchange", "fetch", "fetchBody", "response", "transport"),
    tests: tests(
      ...["answers", "failures", "list", "overFetch", "sockets", "timers"],
      ...["internal/bodies", "internal/deadlines", "internal/fetchOnDeno"],
      ...["internal/fetchSettings", "internal/plainFetch", "internal/requestIds"],
      ...["internal/slowAnswers", "internal/statuses", "internal/transport"],
    ),
    explained: errors,
  },
  {
    name: "redaction",
    wanted: 95,
    source: internal("issue", "messages", "redact"),
    tests: tests("answers", "errors", "failures", "inputs", "internal/issue", "internal/redact"),
    explained: redaction,
  },
  {
    name: "stream",
    wanted: 95,
    source: internal("depth", "instant", "jsonArray", "listed", "number", "signs", "targetDecoder"),
    tests: tests(
      ...["answers", "list", "model", "targetDecoder"],
      // Not `listSize`: what Stryker makes of a loop takes minutes for 16 MiB.
      ...["internal/bodies", "internal/depth", "internal/instant", "internal/jsonArray"],
      "internal/jsonArrayWork",
    ),
    explained: stream,
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
    explained: values,
  },
  {
    name: "client",
    wanted: 85,
    source: [...internal("configuration", "targets", "version"), ...exported("Targets")],
    tests: tests(
      ...["configuration", "endpoints", "layers", "list", "manifest", "requests", "retries"],
      "tracing",
      ...["internal/fetchSettings", "internal/slowAnswers"],
    ),
    explained: client,
  },
  {
    name: "model",
    wanted: 85,
    source: [...internal("model/*"), ...exported("TargetModel")],
    tests: tests("targetModel", "targetModelProperties", "targetModelRefusals"),
    explained: model,
  },
  {
    name: "bulk",
    wanted: 85,
    source: [...internal("bulk/*"), ...exported("Bulk", "Progress")],
    tests: tests("bulk", "bulkMemory", "bulkOrder", "bulkService", "progress"),
    explained: bulk,
  },
  {
    name: "rate",
    wanted: 85,
    source: [...internal("rate/*"), ...exported("RateLimit")],
    tests: tests("rate/*"),
    explained: rate,
  },
  {
    name: "sandbox",
    wanted: 85,
    source: [
      ...internal("sandbox/*"),
      ...exported("Answer", "Fault", "Sandbox", "SandboxSeed"),
    ],
    tests: tests("progress", "sandbox/*", "sockets"),
    explained: sandbox,
  },
]
