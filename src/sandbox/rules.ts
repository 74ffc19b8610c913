import type { Fault, FaultMatch, FaultRule } from "./Fault.ts"
import type { SandboxOperation } from "./routes.ts"

export interface ScriptedRule {
  readonly rule: FaultRule
  /** How many requests have matched. */
  seen: number
}

export interface Candidate {
  readonly operation: SandboxOperation
  readonly method: string
  readonly path: string
}

const isFor = (on: FaultMatch, request: Candidate): boolean => {
  const { operation = request.operation, method = request.method, path = request.path } = on
  return operation === request.operation && method === request.method &&
    (typeof path === "string"
      ? path === request.path
      // `search` does not depend on, nor move, the `lastIndex` of a global pattern.
      : request.path.search(path) >= 0)
}

/**
 * The fault for this request, if a rule fires. A request counts for every rule it is offered to. A
 * rule that has no uses left is dropped, so that a sandbox which is scripted for days does not grow.
 */
export const fire = (rules: Array<ScriptedRule>, request: Candidate): Fault | undefined => {
  for (const [index, scripted] of rules.entries()) {
    const { on = {}, skip = 0, times = 1, fault } = scripted.rule
    if (!isFor(on, request)) continue
    scripted.seen += 1
    if (scripted.seen <= skip || scripted.seen > skip + times) continue
    if (scripted.seen === skip + times) rules.splice(index, 1)
    return fault
  }
  return undefined
}
