/** Every operation once, with its arguments, its request and its documented statuses. */
import type { Targets } from "@effect-np6/targets"
import { type Effect, Stream } from "effect"
import { sampleTarget } from "./recording.ts"

type Service = Targets["Service"]

export interface OperationCase {
  readonly operation: string
  readonly run: (targets: Service) => Effect.Effect<unknown, { readonly _tag: string }>
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: unknown
  readonly success: () => Response
  readonly documented: { readonly [status: number]: string }
  readonly isRead: boolean
}

const ok = (body: unknown) => () => Response.json(body)
const noContent = () => new Response(null, { status: 204 })
const denied = { 401: "Unauthorized", 403: "Forbidden" }
const email = "a+b&c#é😀@example.com"
const encoded = "?unicity=a%2Bb%26c%23%C3%A9%F0%9F%98%80%40example.com"

export const operations: ReadonlyArray<OperationCase> = [
  {
    operation: "targets.list",
    run: (targets) => targets.list,
    method: "GET",
    path: "/targets",
    query: "",
    body: undefined,
    success: ok([sampleTarget]),
    documented: denied,
    isRead: true,
  },
  {
    operation: "targets.stream",
    run: (targets) => Stream.runCollect(targets.stream),
    method: "GET",
    path: "/targets",
    query: "",
    body: undefined,
    success: ok([sampleTarget]),
    documented: denied,
    isRead: true,
  },
  {
    operation: "targets.get",
    run: (targets) => targets.get("000MLGPR"),
    method: "GET",
    path: "/targets/000MLGPR",
    query: "",
    body: undefined,
    success: ok(sampleTarget),
    documented: { ...denied, 404: "NotFound" },
    isRead: true,
  },
  {
    operation: "targets.getByUnicity",
    run: (targets) => targets.getByUnicity(email),
    method: "GET",
    path: "/targets",
    query: encoded,
    body: undefined,
    success: ok(sampleTarget),
    documented: { ...denied, 404: "NotFound" },
    isRead: true,
  },
  {
    operation: "targets.upsert",
    run: (targets) => targets.upsert(email, { 8101: "Mr", 8103: email }),
    method: "PUT",
    path: "/targets",
    query: encoded,
    body: { 8101: "Mr", 8103: email },
    success: ok(sampleTarget),
    documented: denied,
    isRead: false,
  },
  {
    operation: "targets.create",
    run: (targets) => targets.create({ 8103: email }),
    method: "POST",
    path: "/targets",
    query: "",
    body: { 8103: email },
    success: ok(sampleTarget),
    documented: { ...denied, 409: "Conflict/UnicityTaken" },
    isRead: false,
  },
  {
    operation: "targets.update",
    run: (targets) => targets.update("000MLGPR", { 8101: null, 8107: [] }),
    method: "PUT",
    path: "/targets/000MLGPR",
    query: "",
    body: { 8101: null, 8107: [] },
    success: ok(sampleTarget),
    documented: { ...denied, 404: "NotFound", 409: "Conflict/UnicityTaken" },
    isRead: false,
  },
  {
    operation: "targets.addToSegment",
    run: (targets) => targets.addToSegment("000MLGPR", 12345),
    method: "POST",
    path: "/targets/000MLGPR/segments/12345",
    query: "",
    body: undefined,
    success: noContent,
    documented: { ...denied, 404: "NotFound", 409: "Conflict/AlreadyInSegment" },
    isRead: false,
  },
  {
    operation: "targets.removeFromSegment",
    run: (targets) => targets.removeFromSegment("000MLGPR", 12345),
    method: "DELETE",
    path: "/targets/000MLGPR/segments/12345",
    query: "",
    body: undefined,
    success: noContent,
    documented: { ...denied, 404: "NotFound", 409: "Conflict/DynamicSegment" },
    isRead: false,
  },
  {
    operation: "targets.delete",
    run: (targets) => targets.delete("000MLGPR"),
    method: "DELETE",
    path: "/targets/000MLGPR",
    query: "",
    body: undefined,
    success: noContent,
    documented: { ...denied, 404: "NotFound" },
    isRead: false,
  },
  {
    operation: "targets.deleteMany",
    run: (targets) => targets.deleteMany({ type: "unicity", value: [email, ["a@b.c", "Doe"]] }),
    method: "DELETE",
    path: "/targets",
    query: "",
    body: { type: "unicity", value: [[email], ["a@b.c", "Doe"]] },
    success: ok([{ id: "000JW54T", unicity: ["t1@test.com"] }]),
    documented: { ...denied, 404: "NotFound" },
    isRead: false,
  },
]
