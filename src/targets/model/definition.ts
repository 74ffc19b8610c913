/**
 * Checks of a model's definition. Mistakes in it are the program's, so they throw where it is made.
 *
 * @module
 */
import type { AnyFields } from "./column.ts"

const refuse = (problem: string): never => {
  throw new TypeError(`TargetModel.make: ${problem}`)
}

/** Throws when two names share a field, or the unicity names none, an unknown one or one twice. */
export const checkDefinition = (fields: AnyFields, unicity: ReadonlyArray<string>): void => {
  const names = new Map<number, string>()
  for (const [name, { id }] of Object.entries(fields)) {
    const other = names.get(id)
    if (other !== undefined) {
      refuse(`${JSON.stringify(other)} and ${JSON.stringify(name)} have the same id, ${id}`)
    }
    names.set(id, name)
  }
  if (unicity.length === 0) refuse("the unicity names no field")
  for (const name of unicity) {
    if (!Object.hasOwn(fields, name)) {
      refuse(`the unicity names ${JSON.stringify(name)}, which is none of the fields`)
    }
  }
  if (new Set(unicity).size < unicity.length) refuse("the unicity names a field twice")
}
