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
    return { operation: "deleteMany", selected: { type, value: Number(value) } }
  }
  const values = typeof value === "number" ? [] : value.map((one) => [one].flat().join())
  return { operation: "deleteMany", selected: { type, value: values } }
}

/** What a request asked for, or undefined where it is none of NP6's. */
export const askOf = ({ operation, path, query, body }: SandboxRequest): Ask | undefined => {
  const [, , id = "", , segment] = path.split("/")
  const address = new URLSearchParams(query).get("unicity") ?? ""
  // The audit only reads what this library sent, which is of this shape.
  const values = (): Values => JSON.parse(body)
  switch (operation) {
    case undefined:
      return undefined
    case "list":
      return { operation }
    case "getByUnicity":
      return { operation, address }
    case "get":
    case "delete":
      return { operation, id }
    case "upsert":
      return { operation, address, values: values() }
    case "create":
      return { operation, values: values() }
    case "update":
      return { operation, id, values: values() }
    case "addToSegment":
    case "removeFromSegment":
      return { operation, id, segment: Number(segment) }
    case "deleteMany":
      return selectionOf(JSON.parse(body))
  }
}
