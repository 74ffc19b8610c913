import { assert, describe, it } from "@effect/vitest"
import { Sandbox, type SandboxSeed } from "@effect-np6/targets/sandbox"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { ask, call, create } from "../harness/sandboxCalls.ts"

const [jane, john, jim] = ["000MLGPR", "000MLGPS", "000MLGPT"] as const

const seed: SandboxSeed = {
  fields: [
    { id: 8103, name: "Email", type: "email", isUnicity: true, isMandatory: true },
    { id: 8101, name: "Civility", type: "singleSelectList", valueListId: 1227 },
    {
      id: 8102,
      name: "Name",
      type: "textField",
      isCriterion: true,
      constraint: { operator: 4, value: "150" },
    },
    { id: 1227, name: "Interests", type: "multipleSelectList", values: ["Books", "Music"] },
  ],
  valueLists: [
    { id: 1227, name: "Civilities", ordered: true, values: [{ index: 3, value: "Mr" }] },
    { id: 8, name: "Unused", values: [] },
  ],
  segments: [
    { id: 12345, name: "Newsletter", type: "static", description: "Monthly" },
    { id: 12346, name: "Halves", type: "split", parentId: 12345, searchId: 7 },
    { id: 14105, name: "Actives", type: "dynamic", expiration: "2030-01-01", isTest: true },
  ],
  targets: [
    {
      fields: { Email: "jane@example.com", Civility: "mr" },
      segments: [12345, 14105],
      bounce: [
        { field: 8103, type: 52, timestamp: "1465831160", reason: "5.1.1 (bad mailbox)" },
        { field: 8103, type: 99, timestamp: "soon", reason: 1 },
      ],
      redList: { mail: { timestamp: "1465831160", reason: 4 }, sms: { reason: "6" } },
    },
    {
      fields: { Email: "john@example.com" },
      segments: [12345],
      redList: { mail: { timestamp: "2016-06-20T00:00:00Z", reason: "other" } },
    },
    { fields: { Email: "jim@example.com" } },
  ],
}

const test = (name: string, effect: Effect.Effect<void, unknown, Sandbox>) =>
  it.effect(name, () =>
    TestClock.setTime(Date.parse("2016-04-04T08:55:42.123Z")).pipe(
      Effect.andThen(effect),
      Effect.provide(Sandbox.layerWith(seed)),
    ))

const get = (path: string) => ask("GET", path)

describe("GET /fields", () => {
  const fields = [
    { type: "email", id: 8103, name: "Email", isUnicity: true, isMandatory: true },
    {
      type: "singleSelectList",
      id: 8101,
      name: "Civility",
      isUnicity: false,
      isMandatory: false,
      valueListId: 1227,
    },
    {
      type: "textField",
      id: 8102,
      name: "Name",
      isUnicity: false,
      isMandatory: false,
      isCriterion: true,
      constraint: { operator: 4, value: "150" },
    },
    {
      type: "multipleSelectList",
      id: 1227,
      name: "Interests",
      isUnicity: false,
      isMandatory: false,
      valueListId: 1228,
    },
  ]

  test(
    "lists the account's fields in its order, with all five keys and those that there are",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/fields"), [200, fields])
      assert.deepStrictEqual(yield* get("/fields/"), [200, fields])
    }),
  )

  test(
    "/{id} is one of them, or 404",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/fields/8102"), [200, fields[2]])
      for (const id of ["1", "Email", "8102.0", "0x1FA6"]) {
        assert.deepStrictEqual(yield* get(`/fields/${id}`), [404, ""])
      }
    }),
  )
})

describe("GET /valueLists", () => {
  const own = {
    id: 1228,
    name: "Interests",
    ordered: false,
    values: [{ index: 0, value: "Books" }, { index: 1, value: "Music" }],
  }
  const civilities = {
    id: 1227,
    name: "Civilities",
    ordered: true,
    values: [{ index: 3, value: "Mr" }],
  }

  test(
    "lists those of the seed and those of fields with values, in lower case too",
    Effect.gen(function* () {
      const lists = [civilities, { id: 8, name: "Unused", ordered: false, values: [] }, own]
      assert.deepStrictEqual(yield* get("/valueLists"), [200, lists])
      assert.deepStrictEqual(yield* get("/valuelists/"), [200, lists])
    }),
  )

  test(
    "/{id} is one of them, or 404",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/valueLists/1228"), [200, own])
      assert.deepStrictEqual(yield* get("/valuelists/1227"), [200, civilities])
      assert.deepStrictEqual(yield* get("/valueLists/1"), [404, ""])
    }),
  )

  test(
    "has the labels that a field takes",
    Effect.gen(function* () {
      const [, target] = yield* get(`/targets/${jane}`)
      assert.deepInclude(target as object, {
        fields: { 8103: "jane@example.com", 8101: "Mr", 8102: null, 1227: null },
      })
      const [status] = yield* ask("PUT", `/targets/${jane}`, { json: { 8101: "Dr" } })
      assert.strictEqual(status, 400)
    }),
  )
})

describe("GET /segments", () => {
  const newsletter = {
    type: "static",
    id: 12345,
    name: "Newsletter",
    creation: "1970-01-01T00:00:00Z",
    expiration: null,
    isTest: false,
    targetsCount: 2,
  }
  const segments = [
    newsletter,
    {
      ...newsletter,
      type: "split",
      id: 12346,
      name: "Halves",
      targetsCount: 0,
      parentId: 12345,
      searchId: 7,
    },
    {
      ...newsletter,
      type: "dynamic",
      id: 14105,
      name: "Actives",
      expiration: "2030-01-01T00:00:00Z",
      isTest: true,
      targetsCount: 1,
    },
  ]

  test(
    "lists them with the number of their members, under /V1 too",
    Effect.gen(function* () {
      for (const path of ["/segments", "/segments/", "/V1/segments", "/V1/segments/"]) {
        assert.deepStrictEqual(yield* get(path), [200, segments])
      }
    }),
  )

  test(
    "/{id} has a description, or is 404",
    Effect.gen(function* () {
      const whole = { ...newsletter, description: "Monthly" }
      assert.deepStrictEqual(yield* get("/segments/12345"), [200, whole])
      assert.deepStrictEqual(yield* get("/V1/segments/12345"), [200, whole])
      assert.deepInclude((yield* get("/segments/14105"))[1] as object, { description: "" })
      assert.deepStrictEqual(yield* get("/segments/1"), [404, ""])
    }),
  )

  test(
    "/{id}/targets lists the ids of its members, of a dynamic one too",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/segments/12345/targets"), [200, [jane, john]])
      assert.deepStrictEqual(yield* get("/segments/12345/targets/"), [200, [jane, john]])
      assert.deepStrictEqual(yield* get("/segments/14105/targets"), [200, [jane]])
      assert.deepStrictEqual(yield* get("/segments/12346/targets"), [200, []])
      assert.deepStrictEqual(yield* get("/segments/1/targets"), [404, ""])
    }),
  )

  test(
    "of a target lists those that it is in",
    Effect.gen(function* () {
      const of = (id: string) => get(`/targets/${id}/segments`)
      assert.deepStrictEqual(yield* of(jane), [200, [segments[0], segments[2]]])
      assert.deepStrictEqual(yield* of(jim), [200, []])
      assert.deepStrictEqual(yield* of("X"), [404, ""])
    }),
  )
})

describe("PUT /segments/{id}/targets", () => {
  const put = (json: unknown, segment = 12345) =>
    ask("PUT", `/segments/${segment}/targets`, { json })
  const members = Effect.map(get("/segments/12345/targets"), ([, ids]) => ids)

  test(
    "adds targets and returns how many were new",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* put([john, jim, jim, "X"]), [200, 1])
      assert.deepStrictEqual(yield* members, [jane, john, jim])
      assert.deepStrictEqual(yield* put([]), [200, 0])
    }),
  )

  test(
    "takes fifty ids and no more",
    Effect.gen(function* () {
      const of = (count: number) => Array.from({ length: count }, () => jim)
      assert.strictEqual((yield* put(of(51)))[0], 400)
      assert.deepStrictEqual(yield* members, [jane, john])
      assert.deepStrictEqual(yield* put(of(50)), [200, 1])
    }),
  )

  test(
    "is 409 for a segment that isn't static, 404 for one that isn't there, 400 for other bodies",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* put([jim], 14105), [409, ""])
      assert.deepStrictEqual(yield* put([jim], 12346), [409, ""])
      assert.deepStrictEqual(yield* put([jim], 1), [404, ""])
      for (const body of [{}, null, "X", [1], [[jim]]]) {
        assert.strictEqual((yield* put(body))[0], 400)
      }
    }),
  )
})

describe("POST /segments/{id}/targets/{id}", () => {
  test(
    "adds a target to a segment as the newer path does, with null for a body too",
    Effect.gen(function* () {
      const path = `/segments/12345/targets/${jim}`
      assert.deepStrictEqual(yield* ask("POST", path, { json: null }), [204, ""])
      assert.deepStrictEqual(yield* ask("POST", path), [409, ""])
      assert.deepStrictEqual(yield* ask("POST", `/V1/segments/12345/targets/${jane}`), [409, ""])
      assert.deepStrictEqual(yield* get("/segments/12345/targets"), [200, [jane, john, jim]])
      assert.deepStrictEqual(yield* ask("POST", `/segments/1/targets/${jim}`), [404, ""])
      assert.deepStrictEqual(yield* ask("POST", "/segments/12345/targets/X"), [404, ""])
    }),
  )
})

describe("the feeds", () => {
  test(
    "GET /targets/count is the number of targets",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/targets/count"), [200, { targetsCount: 3 }])
      yield* create("new@example.com")
      assert.deepStrictEqual(yield* get("/targets/count/"), [200, { targetsCount: 4 }])
    }),
  )

  test(
    "GET /targets/bounces has the targets that bounced, with NP6's words for the types",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/targets/bounces"), [200, [{
        id: jane,
        bounces: [
          {
            type: "hardUser",
            fieldId: 8103,
            detail: { message: "5.1.1 (bad mailbox)" },
            timestamp: "2016-06-13T15:19:20Z",
          },
          { type: "99", fieldId: 8103, detail: { message: "reason 1" }, timestamp: null },
        ],
      }]])
    }),
  )

  const [janeListed, johnListed] = [
    { id: jane, timestamp: "2016-06-13T15:19:20Z", origin: 4, detail: {} },
    { id: john, timestamp: "2016-06-20T00:00:00Z", origin: 0, detail: {} },
  ]

  test(
    "GET /targets/redlist/mail and /sms have the targets on them",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get("/targets/redlist/mail"), [200, [janeListed, johnListed]])
      assert.deepStrictEqual(
        yield* get("/targets/redlist/sms"),
        [200, [{ id: jane, timestamp: null, origin: 6, detail: {} }]],
      )
    }),
  )

  test(
    "of a red list can be bounded by dates, which leaves out entries without one",
    Effect.gen(function* () {
      const of = (query: string) => Effect.map(get(`/targets/redlist/${query}`), ([, list]) => list)
      assert.deepStrictEqual(yield* of("mail?startDate=2016-06-14"), [johnListed])
      assert.deepStrictEqual(yield* of("mail?endDate=2016-06-14T00:00:00Z"), [janeListed])
      assert.deepStrictEqual(yield* of("mail?startDate=2016-06-13&endDate=2016-06-20"), [
        janeListed,
        johnListed,
      ])
      assert.deepStrictEqual(yield* of("mail?startDate=2017-01-01"), [])
      assert.deepStrictEqual(yield* of("sms?endDate=2017-01-01"), [])
      assert.strictEqual((yield* get("/targets/redlist/mail?startDate=soon"))[0], 400)
      assert.strictEqual((yield* get("/targets/redlist/mail?endDate=soon"))[0], 400)
    }),
  )
})

describe("what NP6's older clients call", () => {
  test(
    "GET /experimentations/targets?unicity= is the target",
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* get("/experimentations/targets?unicity=jane@example.com"),
        yield* get(`/targets/${jane}`),
      )
      assert.strictEqual((yield* get("/experimentations/targets?unicity=x"))[0], 404)
    }),
  )

  test(
    "POST /actions/{id}/targets/{id} is 204 for a target that is there",
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask("POST", `/actions/000QEU/targets/${jane}`), [204, ""])
      assert.deepStrictEqual(yield* ask("POST", "/actions/000QEU/targets/X"), [404, ""])
    }),
  )
})

describe("the account's routes", () => {
  const reads = [
    ...["/fields", "/fields/8103", "/valueLists", "/valueLists/1227", "/segments"],
    ...["/segments/12345", "/segments/12345/targets", `/targets/${jane}/segments`],
    ...["/targets/count", "/targets/bounces", "/targets/redlist/mail", "/targets/redlist/sms"],
  ]
  const writes = [
    ["PUT", "/segments/12345/targets", { json: [] }],
    ["POST", `/segments/12345/targets/${jim}`],
    ["POST", `/actions/000QEU/targets/${jane}`],
  ] as const

  test(
    "want a key, and of a key that may only read no writes",
    Effect.gen(function* () {
      for (const path of reads) {
        assert.strictEqual((yield* call("GET", path, { key: null })).status, 401, path)
        assert.strictEqual((yield* call("GET", path, { key: "readOnly" })).status, 200, path)
      }
      for (const [method, path, options] of writes) {
        const refused = yield* call(method, path, { ...options, key: "readOnly" })
        assert.strictEqual(refused.status, 403, path)
        assert.strictEqual((yield* call(method, path, { ...options, key: null })).status, 401)
      }
    }),
  )
})
