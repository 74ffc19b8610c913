import { assert, describe, it } from "@effect/vitest"
import { Np6, type Np6Options, Targets } from "@effect-np6/targets"
import { Cause, Effect, Layer, Redacted, Stream } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { inspect } from "node:util"
import { json, recording, sampleTarget } from "../harness/recording.ts"
import { inTime } from "../harness/time.ts"

const seen: Array<string> = []
const client = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request, url) =>
    Effect.sync(() => {
      seen.push(url.href)
      return HttpClientResponse.fromWeb(request, json(sampleTarget)())
    })
  ),
)
const get = Effect.gen(function* () {
  seen.length = 0
  const targets = yield* Targets
  yield* targets.get("000MLGPR")
  return seen[0]
})
const key = Redacted.make("a-key")

const wipedKey = Redacted.make("canary")
Redacted.wipeUnsafe(wipedKey)
// Each copy of Effect knows the values of its own alone.
const strangeKey: unknown = Object.create(Object.getPrototypeOf(Redacted.make("canary")))

describe("a layer", () => {
  const refusals: ReadonlyArray<
    readonly [name: string, options: object, input: string, problem: string]
  > = [
    ["the key ''", { apiKey: Redacted.make("") }, "apiKey", "it is empty"],
    ["a key that is no text", { apiKey: Redacted.make(42) }, "apiKey", "it is empty"],
    ...["with space", "canary\n", "canary\r\nx: y", "canary\u0000", "canaryé", "canary\u007f"].map(
      (value) =>
        [
          `the key ${JSON.stringify(value)}`,
          { apiKey: Redacted.make(value) },
          "apiKey",
          "it holds a space, a line break or another character that a header can't carry: perhaps one that was pasted with it",
        ] as const,
    ),
    ...Object.entries({ "was wiped": wipedKey, "another copy of Effect made": strangeKey }).map(
      ([how, apiKey]) =>
        [
          `a key that ${how}`,
          { apiKey },
          "apiKey",
          "it can't be read: it was wiped, or made by another copy of `effect`",
        ] as const,
    ),
    ...["canary", undefined].map((apiKey) =>
      [
        `the key ${apiKey} that isn't Redacted`,
        { apiKey },
        "apiKey",
        "it is not Redacted: wrap it with Redacted.make, which keeps it out of logs",
      ] as const
    ),
    ...[0, -1, NaN, "canary"].map((timeout) =>
      [
        `the timeout ${timeout}`,
        { timeout },
        "timeout",
        'it is not a duration above zero, such as "30 seconds"',
      ] as const
    ),
    ...["canary", ["http://canary"], ["canary:8080"], ["canary/targets"], [""], [42], {}].map((
      allowHttp,
    ) =>
      [
        `allowHttp: ${JSON.stringify(allowHttp)}`,
        { allowHttp },
        "allowHttp",
        'it is not an array of host names, such as ["np6"], without `http://` and port',
      ] as const
    ),
    ...Object.entries({
      "it is plain http, which shows the key and people's data to everybody on the way: use https, or name the host in `allowHttp` where the network is your own":
        [
          "http://api-cm.np6.com",
          "http://127.0.0.1.example.com",
          "http://localhost.example.com",
          "http://notlocalhost",
          "http://10.0.0.1",
        ],
      "it is not an https URL": ["ftp://127.0.0.1", "ftp://api-cm.np6.com", "javascript:alert(1)"],
      "it holds a user name or a password": [
        "https://canary:pw@api-cm.np6.com",
        "https://canary@api-cm.np6.com",
        "https://:canary@api-cm.np6.com",
      ],
      "it holds a query or a fragment": [
        "https://api-cm.np6.com?canary=1",
        "https://api-cm.np6.com?",
        "https://api-cm.np6.com#canary",
        "https://api-cm.np6.com/#",
      ],
      "it is not an absolute URL, such as https://api-cm.np6.com": [
        "api-cm.np6.com",
        "/targets",
      ],
      "it is empty: leave it out for https://api-cm.np6.com": [""],
    }).flatMap(([problem, urls]) =>
      urls.map((baseUrl) => [`the base URL ${baseUrl}`, { baseUrl }, "baseUrl", problem] as const)
    ),
  ]
  for (const [name, options, input, problem] of refusals) {
    it.effect(`refuses ${name}, without repeating it`, () =>
      Effect.gen(function* () {
        const whole = { apiKey: key, ...options } as Np6Options
        const error = yield* Effect.flip(
          Effect.provide(
            get,
            Layer.provide(Layer.provide(Targets.layer, Np6.layer(whole)), client),
          ),
        )
        assert.strictEqual(error._tag, "InvalidInput")
        assert.propertyVal(error, "operation", "np6.layer")
        assert.propertyVal(error, "input", input)
        assert.propertyVal(error, "problem", problem)
        assert.notInclude(`${error.message}${inspect(error, { depth: 20 })}`, "canary")
      }))
  }

  const accepted: ReadonlyArray<readonly [baseUrl: string, url: string]> = [
    [
      "https://backoffice.mailperformance.com",
      "https://backoffice.mailperformance.com/targets/000MLGPR",
    ],
    ["https://api-cm.np6.com/", "https://api-cm.np6.com/targets/000MLGPR"],
    ["HTTPS://API-CM.NP6.COM:443/a/b/", "https://api-cm.np6.com/a/b/targets/000MLGPR"],
    ["http://localhost:8080", "http://localhost:8080/targets/000MLGPR"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/targets/000MLGPR"],
    ["http://np6.localhost:8080", "http://np6.localhost:8080/targets/000MLGPR"],
    ["http://127.100.0.1:8080", "http://127.100.0.1:8080/targets/000MLGPR"],
    ["http://[::1]:8080", "http://[::1]:8080/targets/000MLGPR"],
  ]
  for (const [baseUrl, url] of accepted) {
    it.effect(`takes the base URL ${baseUrl}`, () =>
      Effect.gen(function* () {
        const layer = Layer.provide(
          Layer.provide(Targets.layer, Np6.layer({ apiKey: key, baseUrl })),
          client,
        )
        assert.strictEqual(yield* Effect.provide(get, layer), url)
      }))
  }

  const hosts: ReadonlyArray<readonly [baseUrl: string, allowHttp: ReadonlyArray<string>]> = [
    ["http://np6:8080", ["np6"]],
    ["http://NP6", ["other", "np6"]],
    ["http://np6", ["NP6"]],
    ["http://10.0.0.1:8080", ["10.0.0.1"]],
    ["http://[fd00::1]:8080", ["[fd00::1]"]],
  ]
  for (const [baseUrl, allowHttp] of hosts) {
    it.effect(`allowHttp: takes ${baseUrl} with ${JSON.stringify(allowHttp)}, and no other host`, () => {
      const over = (options: object) =>
        Effect.provide(
          get,
          Layer.provide(
            Layer.provide(Targets.layer, Np6.layer({ apiKey: key, ...options })),
            client,
          ),
        )
      return Effect.gen(function* () {
        assert.strictEqual(
          yield* over({ baseUrl, allowHttp }),
          new URL("targets/000MLGPR", baseUrl).href,
        )
        const refused = [
          { baseUrl },
          { baseUrl: "http://np6.example.com", allowHttp },
          { baseUrl: "http://example.com/np6", allowHttp },
          { baseUrl: "ftp://np6", allowHttp },
        ]
        for (const options of refused) {
          const error = yield* Effect.flip(over(options))
          assert.propertyVal(error, "input", "baseUrl")
        }
      })
    })
  }

  it.effect("wraps the client once, when it is built", () => {
    let wrapped = 0
    const { requests, layer } = recording([json(sampleTarget)], {
      transformClient: (inner) => {
        wrapped++
        return HttpClient.mapRequest(inner, HttpClientRequest.setHeader("x-proxy", "yes"))
      },
    })
    return Effect.gen(function* () {
      const targets = yield* Targets
      yield* targets.get("000MLGPR")
      yield* targets.get("000MLGPR")
      assert.strictEqual(wrapped, 1)
      assert.deepStrictEqual(requests.map((request) => request.headers["x-proxy"]), ["yes", "yes"])
    }).pipe(Effect.provide(layer))
  })
})

it.effect("a program without a layer is told which service is missing", () =>
  Effect.gen(function* () {
    // What the compiler would say, for those who don't use one.
    const program = get as Effect.Effect<unknown>
    const error = Cause.squash(yield* Effect.flip(Effect.sandbox(program)))
    assert.include(String(error), "@effect-np6/targets/Targets")
  }))

describe("an answer", () => {
  it.effect("can be had with its status, headers, request id and attempts", () => {
    const { layer } = recording([
      () => new Response("", { status: 503 }),
      json(sampleTarget, 201, { "x-ratelimit-remaining": "41" }),
    ])
    return Effect.gen(function* () {
      const targets = yield* Targets
      const answer = yield* inTime(targets.withResponse.get("000MLGPR"))
      assert.strictEqual(answer.value.id, "000MLGPR")
      assert.strictEqual(answer.status, 201)
      assert.strictEqual(answer.headers["x-ratelimit-remaining"], "41")
      assert.strictEqual(answer.requestId, "req-1")
      assert.strictEqual(answer.attempts, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a stream can be had before its targets", () => {
    const { layer } = recording([json([sampleTarget], 200, { "x-total": "1" })])
    return Effect.gen(function* () {
      const { withResponse } = yield* Targets
      const { value, ...answer } = yield* withResponse.stream
      assert.deepInclude(answer, { status: 200, requestId: "req-1", attempts: 1 })
      assert.strictEqual(answer.headers["x-total"], "1")
      assert.deepStrictEqual((yield* Stream.runCollect(value)).map(({ id }) => `${id}`), [
        "000MLGPR",
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("may have no request id, or a hostile one, which is left out", () => {
    const { layer } = recording([json(sampleTarget, 200, { "x-request-id": "a b ".repeat(99) })])
    return Effect.gen(function* () {
      const targets = yield* Targets
      assert.isUndefined((yield* targets.withResponse.get("000MLGPR")).requestId)
    }).pipe(Effect.provide(layer))
  })
})
