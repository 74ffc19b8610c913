import type { SeedPermission } from "./Seed.ts"

/**
 * The operation that a request was routed to: `list` for every `GET /targets`, whether the client
 * streams it or not.
 *
 * @example
 * ```ts
 * import type { SandboxOperation } from "@effect-np6/targets/sandbox"
 *
 * const writes: ReadonlyArray<SandboxOperation> = ["upsert", "create", "update"]
 * ```
 */
export type SandboxOperation =
  | "list"
  | "get"
  | "getByUnicity"
  | "upsert"
  | "create"
  | "update"
  | "addToSegment"
  | "removeFromSegment"
  | "delete"
  | "deleteMany"

export interface Route {
  readonly operation: SandboxOperation
  readonly method: string
  /** Segments of the path; one that starts with a colon takes any text but the empty one. */
  readonly path: ReadonlyArray<string>
  /** Query parameters of which one must be there for the route to match. */
  readonly query?: ReadonlyArray<string>
  readonly permission: SeedPermission
  /** Whether its body is read. */
  readonly readsBody: boolean
}

const targets: ReadonlyArray<string> = ["targets"]
const target: ReadonlyArray<string> = ["targets", ":target"]
const membership: ReadonlyArray<string> = ["targets", ":target", "segments", ":segment"]

/** The first row that matches wins, so the rows with a query come before those without. */
const routes: ReadonlyArray<Route> = [
  // `hash` instead of `unicity`: the newer reference (8.1.0).
  {
    operation: "getByUnicity",
    method: "GET",
    path: targets,
    query: ["unicity", "hash"],
    permission: "read",
    readsBody: false,
  },
  { operation: "list", method: "GET", path: targets, permission: "read", readsBody: false },
  { operation: "get", method: "GET", path: target, permission: "read", readsBody: false },
  // Without a query too: the vendor's Magento 2 module and the newer reference (8.1.0).
  { operation: "upsert", method: "PUT", path: targets, permission: "write", readsBody: true },
  { operation: "create", method: "POST", path: targets, permission: "write", readsBody: true },
  { operation: "update", method: "PUT", path: target, permission: "write", readsBody: true },
  {
    operation: "addToSegment",
    method: "POST",
    path: membership,
    permission: "segment",
    readsBody: false,
  },
  {
    operation: "removeFromSegment",
    method: "DELETE",
    path: membership,
    permission: "segment",
    readsBody: false,
  },
  { operation: "delete", method: "DELETE", path: target, permission: "delete", readsBody: false },
  {
    operation: "deleteMany",
    method: "DELETE",
    path: targets,
    permission: "delete",
    readsBody: true,
  },
]

export type Match =
  | { readonly _tag: "Found"; readonly route: Route; readonly params: ReadonlyArray<string> }
  | { readonly _tag: "WrongMethod"; readonly allow: ReadonlyArray<string> }
  | { readonly _tag: "NoRoute" }

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A broken escape names nothing that exists.
    return segment
  }
}

/** The path's segments, with one trailing slash forgiven: the vendor's samples send it. */
const segmentsOf = (path: string): ReadonlyArray<string> => {
  const segments = path.split("/").slice(1)
  return (segments.at(-1) === "" ? segments.slice(0, -1) : segments).map(decode)
}

const matches = (pattern: ReadonlyArray<string>, segments: ReadonlyArray<string>): boolean =>
  pattern.length === segments.length &&
  pattern.every((expected, index) =>
    expected.startsWith(":") ? segments[index] !== "" : segments[index] === expected
  )

export const match = (method: string, url: URL): Match => {
  const segments = segmentsOf(url.pathname)
  const onPath = routes.filter((route) => matches(route.path, segments))
  const found = onPath.find((route) =>
    route.method === method &&
    (route.query === undefined || route.query.some((name) => url.searchParams.has(name)))
  )
  if (found !== undefined) {
    const params = segments.filter((_, index) => found.path[index]?.startsWith(":"))
    return { _tag: "Found", route: found, params }
  }
  return onPath.length === 0
    ? { _tag: "NoRoute" }
    : { _tag: "WrongMethod", allow: [...new Set(onPath.map((route) => route.method))] }
}
