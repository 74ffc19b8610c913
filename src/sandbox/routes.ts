import type { SeedPermission } from "./Seed.ts"

/**
 * The operation that a request is for, by the name that the client gives it: `targets.list` for
 * every `GET /targets`, whether the client streams it or not. `unknown` where the sandbox has no
 * such path or method.
 *
 * @example
 * ```ts
 * import type { SandboxOperation } from "@effect-np6/targets/sandbox"
 *
 * const writes: ReadonlyArray<SandboxOperation> = ["targets.upsert", "targets.create"]
 * ```
 */
export type SandboxOperation =
  | "targets.list"
  | "targets.get"
  | "targets.getByUnicity"
  | "targets.upsert"
  | "targets.create"
  | "targets.update"
  | "targets.addToSegment"
  | "targets.removeFromSegment"
  | "targets.delete"
  | "targets.deleteMany"
  | "unknown"

export interface Route {
  readonly operation: Exclude<SandboxOperation, "unknown">
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
    operation: "targets.getByUnicity",
    method: "GET",
    path: targets,
    query: ["unicity", "hash"],
    permission: "read",
    readsBody: false,
  },
  { operation: "targets.list", method: "GET", path: targets, permission: "read", readsBody: false },
  { operation: "targets.get", method: "GET", path: target, permission: "read", readsBody: false },
  // Without a query too: the vendor's Magento 2 module and the newer reference (8.1.0).
  {
    operation: "targets.upsert",
    method: "PUT",
    path: targets,
    permission: "write",
    readsBody: true,
  },
  {
    operation: "targets.create",
    method: "POST",
    path: targets,
    permission: "write",
    readsBody: true,
  },
  {
    operation: "targets.update",
    method: "PUT",
    path: target,
    permission: "write",
    readsBody: true,
  },
  {
    operation: "targets.addToSegment",
    method: "POST",
    path: membership,
    permission: "segment",
    readsBody: false,
  },
  {
    operation: "targets.removeFromSegment",
    method: "DELETE",
    path: membership,
    permission: "segment",
    readsBody: false,
  },
  {
    operation: "targets.delete",
    method: "DELETE",
    path: target,
    permission: "delete",
    readsBody: false,
  },
  {
    operation: "targets.deleteMany",
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
