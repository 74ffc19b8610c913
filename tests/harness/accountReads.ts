/** Every read of the account once, with its request, a response and what that is decoded to. */
import type { Account } from "@effect-np6/targets"
import { DateTime, type Effect, type Scope, Stream } from "effect"

type Service = Account["Service"]

export interface ReadCase {
  readonly operation: string
  readonly run: (account: Service) => Effect.Effect<unknown, { readonly _tag: string }>
  readonly withResponse: (
    account: Service,
  ) => Effect.Effect<
    { readonly status: number; readonly attempts: number; readonly requestId: string | undefined },
    { readonly _tag: string },
    Scope.Scope
  >
  readonly path: string
  readonly query: string
  /** What NP6 sends. */
  readonly body: unknown
  /** What it is read as. */
  readonly value: unknown
  /** The statuses that it documents beside 401 and 403. */
  readonly documented: { readonly [status: number]: string }
}

const utc = (iso: string): DateTime.Utc => DateTime.makeUnsafe(iso)

const members = ["000PKXK4", "000PKXK5"]

const email = { type: "email", id: 8628, name: "email", isUnicity: true, isMandatory: true }

const static_ = {
  type: "static",
  id: 14098,
  name: "Abonnés",
  creation: "2016-04-04T08:55:00Z",
  expiration: "2016-10-01T10:55:00Z",
  isTest: false,
  targetsCount: 7,
}

const readStatic = {
  ...static_,
  creation: utc("2016-04-04T08:55:00Z"),
  expiration: utc("2016-10-01T10:55:00Z"),
}

const listed = { id: "000ABCD1", timestamp: "2016-06-10T08:01:00Z", origin: 3 }

export const accountReads: ReadonlyArray<ReadCase> = [
  {
    operation: "account.fields",
    run: (account) => account.fields,
    withResponse: (account) => account.withResponse.fields,
    path: "/fields",
    query: "",
    body: [email],
    value: [email],
    documented: {},
  },
  {
    operation: "account.valueLists",
    run: (account) => account.valueLists,
    withResponse: (account) => account.withResponse.valueLists,
    path: "/valueLists",
    query: "",
    body: [{ id: 23, name: "Pastimes", ordered: null, values: [{ index: 1, value: "Golf" }] }],
    value: [{ id: 23, name: "Pastimes", ordered: false, values: [{ index: 1, value: "Golf" }] }],
    documented: {},
  },
  {
    operation: "account.segments",
    run: (account) => account.segments,
    withResponse: (account) => account.withResponse.segments,
    path: "/segments",
    query: "",
    body: [static_, { type: "dynamic", id: 14105, name: "Dynamo", parentId: 14098 }],
    value: [readStatic, { type: "dynamic", id: 14105, name: "Dynamo", parentId: 14098 }],
    documented: {},
  },
  {
    operation: "account.segment",
    run: (account) => account.segment(14098),
    withResponse: (account) => account.withResponse.segment(14098),
    path: "/segments/14098",
    query: "",
    body: { ...static_, description: "Monthly" },
    value: { ...readStatic, description: "Monthly" },
    documented: { 404: "NotFound" },
  },
  {
    operation: "account.segmentMembers",
    run: (account) => Stream.runCollect(account.segmentMembers(14098)),
    withResponse: (account) => account.withResponse.segmentMembers(14098),
    path: "/segments/14098/targets",
    query: "",
    body: members,
    value: members,
    documented: { 404: "NotFound" },
  },
  {
    operation: "account.count",
    run: (account) => account.count,
    withResponse: (account) => account.withResponse.count,
    path: "/targets/count",
    query: "",
    body: { targetsCount: 6 },
    value: 6,
    documented: {},
  },
  {
    operation: "account.bounces",
    run: (account) => Stream.runCollect(account.bounces),
    withResponse: (account) => account.withResponse.bounces,
    path: "/targets/bounces",
    query: "",
    body: [{
      id: "0003Y5O9",
      bounces: [{
        type: "hardUser",
        fieldId: 788,
        detail: { message: "mailbox unavailable" },
        timestamp: "2008-09-05T19:06:00Z",
      }],
    }],
    value: [{
      id: "0003Y5O9",
      bounces: [{
        type: "HardUser",
        fieldId: 788,
        detail: { message: "mailbox unavailable" },
        timestamp: utc("2008-09-05T19:06:00Z"),
      }],
    }],
    documented: {},
  },
  {
    operation: "account.redList",
    run: (account) => Stream.runCollect(account.redList("mail", { start: "2016-06-10T00:00:00Z" })),
    withResponse: (account) =>
      account.withResponse.redList("mail", { start: "2016-06-10T00:00:00Z" }),
    path: "/targets/redlist/mail",
    query: "?startDate=2016-06-10T00%3A00%3A00Z",
    body: [{ ...listed, detail: { formId: "0000GH" } }, { ...listed, origin: 99, detail: {} }],
    value: [
      {
        id: "000ABCD1",
        timestamp: utc("2016-06-10T08:01:00Z"),
        origin: "Form",
        detail: { formId: "0000GH" },
      },
      { id: "000ABCD1", timestamp: utc("2016-06-10T08:01:00Z"), origin: 99, detail: {} },
    ],
    documented: {},
  },
]
