import { describe, expectTypeOf, it } from "@effect/vitest"
import type {
  Account,
  AccountField,
  AccountSegment,
  AmbiguousName,
  BouncedTarget,
  CommonFailure,
  NotFound,
  Np6,
  Np6Response,
  RedListedTarget,
  TargetId,
  UnknownName,
  ValueList,
} from "@effect-np6/targets"
import type { Effect, Layer, Scope, Stream } from "effect"

type Service = Account["Service"]
type Read<A, E = never> = Effect.Effect<A, CommonFailure | E>
type Feed<A, E = never> = Stream.Stream<A, CommonFailure | E>

// These are checked by the compiler (`deno task check`); running them shows only that they load.
describe("the type of a read", () => {
  it("names its documented failures, what any call may meet, and no other", () => {
    expectTypeOf<Service["fields"]>().toEqualTypeOf<Read<ReadonlyArray<AccountField>>>()
    expectTypeOf<Service["valueLists"]>().toEqualTypeOf<Read<ReadonlyArray<ValueList>>>()
    expectTypeOf<Service["segments"]>().toEqualTypeOf<Read<ReadonlyArray<AccountSegment>>>()
    expectTypeOf<Service["segment"]>()
      .toEqualTypeOf<(id: number) => Read<AccountSegment, NotFound>>()
    expectTypeOf<Service["segmentMembers"]>()
      .toEqualTypeOf<(id: number) => Feed<TargetId, NotFound>>()
    expectTypeOf<Service["count"]>().toEqualTypeOf<Read<number>>()
    expectTypeOf<Service["bounces"]>().toEqualTypeOf<Feed<BouncedTarget>>()
    expectTypeOf<ReturnType<Service["redList"]>>().toEqualTypeOf<Feed<RedListedTarget>>()
    expectTypeOf<Parameters<Service["redList"]>[0]>().toEqualTypeOf<"mail" | "sms">()
  })

  it("has the response under withResponse, and a stream in a scope", () => {
    type WithResponse = Service["withResponse"]
    expectTypeOf<WithResponse["count"]>().toEqualTypeOf<Read<Np6Response<number>>>()
    expectTypeOf<WithResponse["segment"]>()
      .toEqualTypeOf<(id: number) => Read<Np6Response<AccountSegment>, NotFound>>()
    expectTypeOf<WithResponse["bounces"]>().toEqualTypeOf<
      Effect.Effect<
        Np6Response<Feed<BouncedTarget>>,
        CommonFailure,
        Scope.Scope
      >
    >()
  })

  it("of a look-up has the two errors of names", () => {
    expectTypeOf<Service["fieldNamed"]>()
      .toEqualTypeOf<(name: string) => Read<AccountField, UnknownName | AmbiguousName>>()
    expectTypeOf<Service["segmentNamed"]>()
      .toEqualTypeOf<(name: string) => Read<AccountSegment, UnknownName | AmbiguousName>>()
  })

  it("knows documented types of fields and segments, and lets others be", () => {
    expectTypeOf<"email">().toExtend<AccountField["type"]>()
    expectTypeOf<"split">().toExtend<AccountSegment["type"]>()
    expectTypeOf<string>().not.toExtend<"email">()
  })
})

it("Account.layer: needs a connection and can't fail", () => {
  expectTypeOf<typeof Account.layer>().toEqualTypeOf<Layer.Layer<Account, never, Np6>>()
})
