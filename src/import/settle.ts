/**
 * What an outcome means for its row and for the whole import.
 *
 * @module
 */
import type { CommonFailure } from "../client/Errors.ts"
import { ImportError } from "./ImportError.ts"
import type { RowFailure, RowOutcome, SentRow } from "./ImportOperation.ts"
import type { PauseReason } from "./PauseReason.ts"
import type { RejectRecord } from "./store.ts"

/** What stands in the outcomes of a chunk for a row. */
export type Mark = "D" | "F" | "."

/** How often a row is tried in runs of its chunk, before a failure of NP6 or the network rejects it. */
export const maxRounds = 3

/** The reject of a row that failed at NP6. */
export const failureReject = ({ i, line, n }: SentRow, error: RowFailure): RejectRecord => ({
  n,
  i,
  line,
  name: "",
  // It has the values of the row blanked.
  problem: error.message,
  tag: error._tag,
  remedy: error.remedy,
  applied: error.applied,
  status: "status" in error ? error.status ?? 0 : 0,
  request: "requestId" in error ? error.requestId ?? "" : "",
})

/** The reject of a row whose process died each time that it was sent alone. */
export const crashReject = (row: Pick<RejectRecord, "i" | "line" | "n">): RejectRecord => ({
  ...row,
  name: "",
  problem: "the process ended each time that this row was sent",
  tag: "Crashed",
  remedy: "verify",
  applied: "unknown",
  status: 0,
  request: "",
})

/** What becomes of a row. One that isn't at fault itself is tried again, in the rounds that are left. */
export const settle = (
  outcome: RowOutcome,
  isLastRound: boolean,
): readonly [Mark, RejectRecord | undefined] => {
  switch (outcome._tag) {
    case "Done":
      return ["D", undefined]
    case "NotTried":
      return [".", undefined]
    case "Failed": {
      const { error, input } = outcome
      if (error.remedy === "none") return ["D", undefined]
      const isRowsFault = error.remedy !== "retry" && error.remedy !== "setup"
      return !isRowsFault && !isLastRound ? [".", undefined] : ["F", failureReject(input, error)]
    }
  }
}

/** Why a run of rows ended before its end. */
export const pauseReasonOf = (error: CommonFailure | ImportError): PauseReason => {
  if (error instanceof ImportError) return "SourceUnreadable"
  switch (error._tag) {
    case "Unauthorized":
    case "Forbidden":
      return "Refused"
    default:
      return error.remedy === "setup" ? "Setup" : "Unreachable"
  }
}
