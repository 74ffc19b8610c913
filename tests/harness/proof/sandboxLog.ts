/**
 * Reading the sandbox's log: what each request asked of NP6.
 *
 * @module
 */
import type { SandboxRequest } from "../../../src/sandbox/SandboxService.ts"
import type { Ask, Values } from "./secondNp6.ts"

interface Body {
  readonly type: "id" | "unicity" | "segment"
  readonly value: ReadonlyArray<string | readonly [string]> | number
}

const selectionOf = ({ type, value }: Body): Ask => {
  if (type === "segment") {
    return { operation: "targets.deleteMany", selected: { type, value: Number(value) } }
  }
  const values = typeof value === "number" ? [] : value.map((one) => [one].flat().join())
  return { operation: "targets.deleteMany", selected: { type, value: values } }
}

/** What a request asked for, or undefined where it is none of NP6's. */
export const askOf = ({ operation, path, query, body }: SandboxRequest): Ask | undefined => {
  const [, , id = "", , segment] = path.split("/")
  const address = new URLSearchParams(query).get("unicity") ?? ""
  // The audit only reads what this library sent, which is of this shape.
  const values = (): Values => JSON.parse(body)
  switch (operation) {
    case "targets.list":
      return { operation }
    case "targets.getByUnicity":
      return { operation, address }
    case "targets.get":
    case "targets.delete":
      return { operation, id }
    case "targets.upsert":
      return { operation, address, values: values() }
    case "targets.create":
      return { operation, values: values() }
    case "targets.update":
      return { operation, id, values: values() }
    case "targets.addToSegment":
    case "targets.removeFromSegment":
      return { operation, id, segment: Number(segment) }
    case "targets.deleteMany":
      return selectionOf(JSON.parse(body))
    default:
      return undefined
  }
}
