import type { Fault, FaultMatch, FaultRule } from "./Fault.ts"
import type { SandboxOperation } from "./SandboxOperation.ts"

export interface ScriptedRule {
  readonly rule: FaultRule
  /** How many requests have matched. */
  seen: number
  /**
   * Ids under which the rule's contact was seen, so that a retry matches as well, once its target is
   * deleted and no id leads to it.
   */
  readonly ids: Set<string>
}

export const scripted = (rule: FaultRule): ScriptedRule => ({ rule, seen: 0, ids: new Set() })

/** Whom a request is about. */
export interface Concerned {
  /** The id in its path, if one is there. */
  readonly id: string | undefined
  /** The unicities of the contacts that it names. */
  readonly unicities: ReadonlyArray<ReadonlyArray<string>>
}

export interface Candidate {
  readonly operation: SandboxOperation
  readonly method: string
  readonly path: string
  /** Worked out only when a rule is for one contact. */
  readonly concerned: () => Concerned
}

const isFor = (on: FaultMatch, request: Candidate): boolean => {
  const { operation = request.operation, method = request.method, path = request.path } = on
  return operation === request.operation && method === request.method &&
    (typeof path === "string"
      ? path === request.path
      // `search` does not depend on, nor move, the `lastIndex` of a global pattern.
      : request.path.search(path) >= 0)
}

const isAbout = ({ ids, rule }: ScriptedRule, request: Candidate): boolean => {
  if (rule.on?.unicity === undefined) return true
  const wanted = [rule.on.unicity].flat()
  const { id, unicities } = request.concerned()
  const isNamed = unicities.some((unicity) =>
    unicity.length === wanted.length && unicity.every((value, index) => value === wanted[index])
  )
  if (isNamed && id !== undefined) ids.add(id)
  return isNamed || (id !== undefined && ids.has(id))
}

/**
 * The fault for this request, if a rule fires. A request counts for every rule it is offered to. A
 * rule that has no uses left is dropped, so that a sandbox which is scripted for days does not grow.
 */
export const fire = (rules: Array<ScriptedRule>, request: Candidate): Fault | undefined => {
  for (const [index, one] of rules.entries()) {
    const { on = {}, skip = 0, times = 1, fault } = one.rule
    if (!isFor(on, request) || !isAbout(one, request)) continue
    one.seen += 1
    if (one.seen <= skip || one.seen > skip + times) continue
    if (one.seen === skip + times) rules.splice(index, 1)
    return fault
  }
  return undefined
}
