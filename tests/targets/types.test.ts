import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import {
  type BadRequest,
  type ClientFailure,
  type CommonFailure,
  Conflict,
  type ConflictReason,
  type DeletionReport,
  type FieldValues,
  type Forbidden,
  type InvalidInput,
  type ListedTarget,
  type NotFound,
  Np6,
  type Np6Response,
  type Operation,
  type RateLimited,
  type Remedy,
  RetryPolicy,
  type ServerError,
  type Target,
  Targets,
  type TransportError,
  type Unauthorized,
  type UnexpectedResponse,
} from "@effect-np6/targets"
import { Effect, type Layer, type Redacted, Schema, Stream } from "effect"
import type { HttpClient } from "effect/http"

type Service = Targets["Service"]
type ErrorOf<O> = O extends (...args: ReadonlyArray<never>) => Effect.Effect<unknown, infer E> ? E
  : O extends Effect.Effect<unknown, infer E> ? E
  : O extends Stream.Stream<unknown, infer E> ? E
  : never
type ValueOf<O> = O extends (...args: ReadonlyArray<never>) => Effect.Effect<infer A, unknown> ? A
  : O extends Effect.Effect<infer A, unknown> ? A
  : never

// These are checked by the compiler (`deno task check`); running them shows only that they load.
describe("the type of an operation", () => {
  it("names its documented failures, CommonFailure, and no other", () => {
    expectTypeOf<ErrorOf<Service["list"]>>().toEqualTypeOf<CommonFailure>()
    expectTypeOf<ErrorOf<Service["stream"]>>().toEqualTypeOf<CommonFailure>()
    expectTypeOf<ErrorOf<Service["get"]>>().toEqualTypeOf<CommonFailure | NotFound>()
    expectTypeOf<ErrorOf<Service["getByUnicity"]>>().toEqualTypeOf<CommonFailure | NotFound>()
    expectTypeOf<ErrorOf<Service["upsert"]>>().toEqualTypeOf<CommonFailure>()
    expectTypeOf<ErrorOf<Service["create"]>>().toEqualTypeOf<
      CommonFailure | Conflict<"UnicityTaken">
    >()
    expectTypeOf<ErrorOf<Service["update"]>>().toEqualTypeOf<
      CommonFailure | NotFound | Conflict<"UnicityTaken">
    >()
    expectTypeOf<ErrorOf<Service["addToSegment"]>>().toEqualTypeOf<
      CommonFailure | NotFound | Conflict<"AlreadyInSegment">
    >()
    expectTypeOf<ErrorOf<Service["removeFromSegment"]>>().toEqualTypeOf<
      CommonFailure | NotFound | Conflict<"DynamicSegment">
    >()
    expectTypeOf<ErrorOf<Service["delete"]>>().toEqualTypeOf<CommonFailure | NotFound>()
    expectTypeOf<ErrorOf<Service["deleteMany"]>>().toEqualTypeOf<CommonFailure | NotFound>()
    expectTypeOf<ClientFailure>().toEqualTypeOf<
      InvalidInput | BadRequest | RateLimited | ServerError | UnexpectedResponse | TransportError
    >()
    expectTypeOf<CommonFailure>().toEqualTypeOf<ClientFailure | Unauthorized | Forbidden>()
  })

  it("says what comes back, with and without its response", () => {
    expectTypeOf<ValueOf<Service["list"]>>().toEqualTypeOf<ReadonlyArray<ListedTarget>>()
    expectTypeOf<ValueOf<Service["get"]>>().toEqualTypeOf<Target>()
    expectTypeOf<ValueOf<Service["addToSegment"]>>().toEqualTypeOf<void>()
    expectTypeOf<ValueOf<Service["deleteMany"]>>().toEqualTypeOf<DeletionReport>()
    expectTypeOf<ValueOf<Service["withResponse"]["get"]>>().toEqualTypeOf<Np6Response<Target>>()
    expectTypeOf<ErrorOf<Service["withResponse"]["create"]>>()
      .toEqualTypeOf<ErrorOf<Service["create"]>>()
    expectTypeOf<Parameters<Service["withResponse"]["upsert"]>>()
      .toEqualTypeOf<Parameters<Service["upsert"]>>()
  })

  it("lets an exhaustive catch leave nothing over", () => {
    const rest = (targets: Service) =>
      targets.update("000MLGPR", {}).pipe(Effect.catchTags({
        Unauthorized: () => Effect.void,
        Forbidden: () => Effect.void,
        NotFound: () => Effect.void,
        Conflict: () => Effect.void,
        InvalidInput: () => Effect.void,
        BadRequest: () => Effect.void,
        RateLimited: () => Effect.void,
        ServerError: () => Effect.void,
        UnexpectedResponse: () => Effect.void,
        TransportError: () => Effect.void,
      }))
    expectTypeOf<ReturnType<typeof rest>>().toEqualTypeOf<Effect.Effect<void | Target>>()
  })

  it("doesn't let a failure be caught that can't happen", () => {
    const program = (targets: Service) => [
      // @ts-expect-error create documents no 404
      Effect.catchTag(targets.create({ 8103: "a@b.c" }), "NotFound", () => Effect.void),
      // @ts-expect-error upsert documents no 409
      Effect.catchTag(targets.upsert("a@b.c", {}), "Conflict", () => Effect.void),
      // @ts-expect-error delete documents no 409
      Effect.catchTag(targets.delete("000MLGPR"), "Conflict", () => Effect.void),
    ]
    assert.isFunction(program)
  })
})

describe("the type of Conflict", () => {
  it("has the one reason of the operation where it is caught", () => {
    const program = (targets: Service) =>
      targets.create({ 8103: "a@b.c" }).pipe(
        Effect.catchTag("Conflict", (error) => Effect.succeed(error.reason)),
      )
    expectTypeOf<ReturnType<typeof program>>()
      .toEqualTypeOf<Effect.Effect<Target | "UnicityTaken", CommonFailure>>()
  })

  it("has the reasons of both operations where two may fail with it", () => {
    const program = (targets: Service) =>
      targets.addToSegment("000MLGPR", 1).pipe(
        Effect.andThen(targets.removeFromSegment("000MLGPR", 2)),
        Effect.catchTags({ Conflict: ({ reason }) => Effect.succeed(reason) }),
      )
    expectTypeOf<ValueOf<typeof program>>()
      .toEqualTypeOf<void | "AlreadyInSegment" | "DynamicSegment">()
  })

  it("refuses a comparison with a reason that can't be", () => {
    const program = (error: Conflict<"AlreadyInSegment">) =>
      // @ts-expect-error addToSegment can't meet it
      error.reason === "UnicityTaken"
    assert.isFunction(program)
  })

  it("is any conflict without a parameter, of instanceof and of its schema", () => {
    expectTypeOf<Conflict>().toEqualTypeOf<Conflict<ConflictReason>>()
    expectTypeOf<Conflict<"UnicityTaken">>().toExtend<Conflict>()
    expectTypeOf<Conflict>().not.toExtend<Conflict<"UnicityTaken">>()
    const reasonOf = (value: unknown) => value instanceof Conflict ? value.reason : undefined
    expectTypeOf<ReturnType<typeof reasonOf>>().toEqualTypeOf<ConflictReason | undefined>()
    const decode = Schema.decodeUnknownSync(Conflict)
    expectTypeOf<ReturnType<typeof decode>>().toEqualTypeOf<Conflict>()
  })
})

describe("the type of an error", () => {
  it("has what every error has", () => {
    expectTypeOf<CommonFailure["remedy"]>().toEqualTypeOf<Remedy>()
    expectTypeOf<CommonFailure["detail"]>().toEqualTypeOf<string>()
    expectTypeOf<CommonFailure["words"]>().toEqualTypeOf<Redacted.Redacted<string> | undefined>()
    expectTypeOf<CommonFailure["operation"]>().toEqualTypeOf<Operation>()
  })

  it("has an operation of any name", () => {
    expectTypeOf<"targets.get">().toExtend<Operation>()
    expectTypeOf<"account.fields">().toExtend<Operation>()
    expectTypeOf<string>().toExtend<Operation>()
    expectTypeOf<number>().not.toExtend<Operation>()
  })
})

describe("the type of values", () => {
  it("is a flat map of field id to value", () => {
    expectTypeOf<{ 8101: "Mr"; 8104: null; 8107: ["a"] }>().toExtend<FieldValues>()
    expectTypeOf<Target["fields"]>().toExtend<FieldValues>()
    // What was read as a whole, or is wrapped in `fields`, is refused by NP6.
    expectTypeOf<Target>().not.toExtend<FieldValues>()
    expectTypeOf<{ fields: { 8103: "a@b.c" } }>().not.toExtend<FieldValues>()
    expectTypeOf<{ 8105: Date }>().not.toExtend<FieldValues>()
    expectTypeOf<{ 8101: { value: "Mr" } }>().not.toExtend<FieldValues>()
  })

  it("takes undefined for what isn't given", () => {
    expectTypeOf<{ 8101: "Mr"; 8104: undefined }>().toExtend<FieldValues>()
  })

  it("refuses a wrapper, however it comes, with a message that says why", () => {
    expectTypeOf<FieldValues["fields"]>().toEqualTypeOf<
      "write a flat map of field id to value: NP6 refuses values wrapped in `fields`" | undefined
    >()
    const wrapped = { fields: { 8103: "a@b.c" } }
    const program = (targets: Service) => [
      // @ts-expect-error a `fields` wrapper
      targets.create({ fields: { 8103: "a@b.c" } }),
      // @ts-expect-error a `fields` wrapper in a variable
      targets.create(wrapped),
      // @ts-expect-error a field name in place of an id
      targets.create({ Email: "a@b.c" }),
      // @ts-expect-error text, whose indexes look like ids
      targets.create("a@b.c"),
    ]
    assert.isFunction(program)
  })
})

describe("the type of a layer", () => {
  it("needs a connection, an HTTP client, or nothing", () => {
    expectTypeOf(Targets.layer).toEqualTypeOf<Layer.Layer<Targets, never, Np6>>()
    expectTypeOf(Np6.layer).returns
      .toEqualTypeOf<Layer.Layer<Np6, InvalidInput, HttpClient.HttpClient>>()
    expectTypeOf(Targets.layerFetch).returns.toEqualTypeOf<Layer.Layer<Targets, InvalidInput>>()
  })
})

describe("the type of an effect or a stream", () => {
  it("stays what it is under another retry policy", () => {
    const call = Effect.flatMap(Targets, (targets) => targets.get("000MLGPR"))
    const scoped = call.pipe(Np6.withRetryPolicy(RetryPolicy.none))
    expectTypeOf(scoped).toEqualTypeOf<typeof call>()
    const stream = Stream.unwrap(Effect.map(Targets, (targets) => targets.stream))
    expectTypeOf(stream.pipe(Np6.withRetryPolicy(RetryPolicy.none))).toEqualTypeOf<
      typeof stream
    >()
  })
})
