import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy, Targets } from "@effect-np6/targets"
import { Effect } from "effect"
import { json, recording, sampleTarget } from "../harness/recording.ts"

type Service = Targets["Service"]

const get = (targets: Service) => targets.get("000MLGPR")
const erase = (targets: Service) => targets.deleteMany({ type: "id", value: ["000MLGPR"] })
const deleted = { id: "000MLGPR", unicity: ["a@b.c"] }

/** Answers with one thing wrong, and the place that the error names. */
const wrong: ReadonlyArray<
  readonly [
    path: string,
    run: (targets: Service) => Effect.Effect<unknown, { readonly _tag: string }>,
    body: unknown,
  ]
> = [
  ["id", get, { ...sampleTarget, id: 5 }],
  ["creationDate", get, { ...sampleTarget, creationDate: {} }],
  ["lastUpdateDate", get, { ...sampleTarget, lastUpdateDate: {} }],
  ["hash", get, { ...sampleTarget, hash: 5 }],
  ["fields", get, { ...sampleTarget, fields: 5 }],
  ["fields.8103", get, { ...sampleTarget, fields: { 8103: {} } }],
  ["bounce.0.type", get, { ...sampleTarget, bounce: [{ field: 8103, type: {} }] }],
  ["redList.mail.timestamp", get, { ...sampleTarget, redList: { mail: { timestamp: {} } } }],
  ["redList.sms.reason", get, { ...sampleTarget, redList: { sms: { reason: {} } } }],
  ["0.unicity", erase, [{ ...deleted, unicity: 5 }]],
  // Whatever else a server may call a place is not repeated.
  ["fields.…", get, { ...sampleTarget, fields: { "jane@example.com": {} } }],
]

describe("an answer that doesn't decode", () => {
  for (const [path, run, body] of wrong) {
    it.effect(`says where: ${path}`, () => {
      const { layer } = recording([json(body)], { retry: RetryPolicy.none })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(run(yield* Targets))
        assert.strictEqual(error._tag, "UnexpectedResponse")
        const { detail } = error as { readonly detail?: string }
        assert.isTrue(detail?.endsWith(` at ${path}`), detail)
      }).pipe(Effect.provide(layer))
    })
  }
})
