import { accountOperations as account } from "./accountOperations.ts"
import type { Operate } from "./call.ts"
import type { SandboxOperation } from "./SandboxOperation.ts"
import type { SeedPermission } from "./Seed.ts"
import { targetOperations as targets } from "./targetOperations.ts"

export interface Route {
  readonly operation: Exclude<SandboxOperation, "unknown">
  readonly method: string
  /** Segments of the path; one that starts with a colon takes any text but the empty one. */
  readonly path: ReadonlyArray<string>
  /** The query parameters that it takes. */
  readonly takes: ReadonlyArray<string>
  /** Whether one of them must be there for the route to match. */
  readonly wantsQuery: boolean
  readonly permission: SeedPermission
  /** Whether its body is read. */
  readonly readsBody: boolean
  readonly operate: Operate
}

interface Options {
  readonly takes?: ReadonlyArray<string>
  readonly wantsQuery?: boolean
  readonly permission?: SeedPermission
  readonly readsBody?: boolean
}

const route = (
  operation: Route["operation"],
  request: string,
  operate: Operate,
  options: Options = {},
): Route => {
  const [method = "", path = ""] = request.split(" ")
  return {
    operation,
    method,
    path: path.split("/").slice(1),
    takes: options.takes ?? [],
    wantsQuery: options.wantsQuery ?? false,
    permission: options.permission ?? "read",
    readsBody: options.readsBody ?? false,
    operate,
  }
}

const byUnicity = { takes: ["unicity"], wantsQuery: true } as const
const writing = { permission: "write", readsBody: true } as const
const joining = { permission: "segment" } as const
const deleting = { permission: "delete" } as const
const between = { takes: ["startDate", "endDate"] } as const

/** The first row that matches wins, so fixed paths come before those with parameters. */
const routes: ReadonlyArray<Route> = [
  route("account.count", "GET /targets/count", account.count),
  route("account.bounces", "GET /targets/bounces", account.bounces),
  route("account.redList", "GET /targets/redlist/mail", account.redList("mail"), between),
  route("account.redList", "GET /targets/redlist/sms", account.redList("sms"), between),

  // `hash` instead of `unicity`: the newer reference (8.1.0).
  route("targets.getByUnicity", "GET /targets", targets.getByUnicity, {
    takes: ["unicity", "hash"],
    wantsQuery: true,
  }),
  route("targets.list", "GET /targets", targets.list),
  route("targets.get", "GET /targets/:target", targets.get),
  // Without a query too: the vendor's Magento 2 module and the newer reference (8.1.0).
  route("targets.upsert", "PUT /targets", targets.upsert, { ...writing, takes: ["unicity"] }),
  // With a query too: the vendor's samples in Python.
  route("targets.create", "POST /targets", targets.create, { ...writing, takes: ["unicity"] }),
  route("targets.update", "PUT /targets/:target", targets.update, writing),
  route(
    "targets.addToSegment",
    "POST /targets/:target/segments/:segment",
    targets.addToSegment,
    joining,
  ),
  route(
    "targets.removeFromSegment",
    "DELETE /targets/:target/segments/:segment",
    targets.removeFromSegment,
    joining,
  ),
  route("targets.delete", "DELETE /targets/:target", targets.delete, deleting),
  route("targets.deleteMany", "DELETE /targets", targets.deleteMany, {
    ...deleting,
    readsBody: true,
  }),
  route("targets.segments", "GET /targets/:target/segments", account.segmentsOfTarget),

  route("account.fields", "GET /fields", account.fields),
  route("account.fields", "GET /fields/:field", account.field),
  route("account.valueLists", "GET /valueLists", account.valueLists),
  route("account.valueLists", "GET /valueLists/:valueList", account.valueList),
  route("account.segments", "GET /segments", account.segments),
  route("account.segment", "GET /segments/:segment", account.segment),
  route("account.segmentMembers", "GET /segments/:segment/targets", account.segmentMembers),
  route("segments.addTargets", "PUT /segments/:segment/targets", account.addTargets, {
    ...joining,
    readsBody: true,
  }),
  // The older form of the endpoint above, in the vendor's PrestaShop module.
  route(
    "targets.addToSegment",
    "POST /segments/:segment/targets/:target",
    targets.addToSegment,
    joining,
  ),

  // The vendor's push SDK looks targets up here, and its wrappers send messages so.
  route(
    "targets.getByUnicity",
    "GET /experimentations/targets",
    targets.getByUnicity,
    byUnicity,
  ),
  route("actions.addTarget", "POST /actions/:action/targets/:target", targets.addToAction, {
    permission: "write",
  }),
]

/** The fixed parts of all paths, with those of their older forms. */
export const pathWords: ReadonlySet<string> = new Set([
  "V1",
  "valuelists",
  ...routes.flatMap(({ path }) => path.filter((part) => !part.startsWith(":"))),
])

export type Match =
  | {
    readonly _tag: "Found"
    readonly route: Route
    readonly params: Readonly<Record<string, string>>
  }
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
  const raw = path.split("/").slice(1)
  const segments = (raw.at(-1) === "" ? raw.slice(0, -1) : raw).map(decode)
  // Older forms of the same paths, which the vendor's clients call.
  if (segments[0] === "V1" && segments[1] === "segments") return segments.slice(1)
  return segments[0] === "valuelists" ? ["valueLists", ...segments.slice(1)] : segments
}

const matches = (pattern: ReadonlyArray<string>, segments: ReadonlyArray<string>): boolean =>
  pattern.length === segments.length &&
  pattern.every((expected, index) =>
    expected.startsWith(":") ? segments[index] !== "" : segments[index] === expected
  )

export const match = (method: string, url: URL): Match => {
  const segments = segmentsOf(url.pathname)
  const onPath = routes.filter((one) => matches(one.path, segments))
  const found = onPath.find((one) =>
    one.method === method &&
    (!one.wantsQuery || one.takes.some((name) => url.searchParams.has(name)))
  )
  if (found !== undefined) {
    const params = found.path.flatMap((name, index) =>
      name.startsWith(":") ? [[name.slice(1), segments[index] ?? ""] as const] : []
    )
    return { _tag: "Found", route: found, params: Object.fromEntries(params) }
  }
  // NP6 has more methods on the other paths, and the API page has all of those on targets.
  return onPath.length > 0 && segments[0] === "targets"
    ? { _tag: "WrongMethod", allow: [...new Set(onPath.map((one) => one.method))] }
    : { _tag: "NoRoute" }
}
