/**
 * The endpoints that tell about the account, a row each.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import type { Documented, Endpoint } from "../client/endpoint.ts"
import { AccountField } from "../data/AccountField.ts"
import { AccountSegment } from "../data/AccountSegment.ts"
import { BouncedTarget } from "../data/BouncedTarget.ts"
import { TargetId } from "../data/Ids.ts"
import { RedListedTarget } from "../data/RedListedTarget.ts"
import { ValueList } from "../data/ValueList.ts"
import { readAs } from "../http/body.ts"
import { noParts } from "../http/checker.ts"
import { elementsBy, openListOf } from "../http/list.ts"
import * as Input from "./arguments.ts"

const denied = { 401: "Unauthorized", 403: "Forbidden" } as const
const denied404 = { ...denied, 404: "NotFound" } as const

/** A row of the table, in which all are reads. */
const endpoint = <Args extends ReadonlyArray<unknown>, A, const F extends keyof Documented>(
  row: Omit<Endpoint<Args, A, F>, "method" | "replay">,
): Endpoint<Args, A, F> => ({ ...row, method: "GET", replay: "always" })

export const fields = endpoint({
  operation: "account.fields",
  path: "/fields",
  request: noParts,
  read: readAs(Schema.Array(AccountField)),
  failures: denied,
})

export const valueLists = endpoint({
  operation: "account.valueLists",
  path: "/valueLists",
  request: noParts,
  read: readAs(Schema.Array(ValueList)),
  failures: denied,
})

export const segments = endpoint({
  operation: "account.segments",
  path: "/segments",
  request: noParts,
  read: readAs(Schema.Array(AccountSegment)),
  failures: denied,
})

export const segment = endpoint({
  operation: "account.segment",
  path: "/segments/{segment}",
  request: Input.bySegment,
  read: readAs(AccountSegment),
  failures: denied404,
})

export const segmentMembers = endpoint({
  operation: "account.segmentMembers",
  path: "/segments/{segment}/targets",
  request: Input.bySegment,
  read: openListOf(elementsBy(TargetId)),
  failures: denied404,
})

const Count: Schema.Codec<number, { readonly targetsCount: number }> = Schema.Struct({
  targetsCount: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
}).pipe(Schema.decodeTo(Schema.Int, {
  decode: SchemaGetter.transform(({ targetsCount }) => targetsCount),
  encode: SchemaGetter.transform((targetsCount: number) => ({ targetsCount })),
}))

export const count = endpoint({
  operation: "account.count",
  path: "/targets/count",
  request: noParts,
  read: readAs(Count),
  failures: denied,
})

export const bounces = endpoint({
  operation: "account.bounces",
  path: "/targets/bounces",
  request: noParts,
  read: openListOf(elementsBy(BouncedTarget)),
  failures: denied,
})

export const redList = endpoint({
  operation: "account.redList",
  path: "/targets/redlist/{list}",
  request: Input.byListAndPeriod,
  read: openListOf(elementsBy(RedListedTarget)),
  failures: denied,
})
