import { assert, describe, it } from "@effect/vitest"
import { Unicity } from "@effect-np6/targets"
import { Schema } from "effect"
import { urlOf } from "../../src/http/request.ts"

const np6 = new URL("https://api-cm.np6.com/")
const proxy = new URL("https://proxy.example.com/np6/")
const one = "/targets/{id}"
const two = "/targets/{id}/segments/{segment}"
const unicity = Schema.decodeUnknownSync(Unicity)

describe("the URL of a request", () => {
  const encoded: ReadonlyArray<readonly [id: string, segment: string]> = [
    ["000MLGPR", "000MLGPR"],
    ["a/b", "a%2Fb"],
    ["a\\b", "a%5Cb"],
    ["a?b", "a%3Fb"],
    ["a#b", "a%23b"],
    ["a b", "a%20b"],
    ["a%b", "a%25b"],
    ["%2e%2e", "%252e%252e"],
    ["%2f", "%252f"],
    ["...", "..."],
    ["../..", "..%2F.."],
    ["https://evil.example", "https%3A%2F%2Fevil.example"],
    ["@evil.example", "%40evil.example"],
    ["é", "%C3%A9"],
    ["😀", "%F0%9F%98%80"],
    ["$&", "%24%26"],
    ["{segment}", "%7Bsegment%7D"],
  ]
  for (const [id, segment] of encoded) {
    it(`holds ${JSON.stringify(id)} as one segment, ${segment}`, () => {
      assert.strictEqual(
        urlOf(np6, one, { params: { id } })?.href,
        `https://api-cm.np6.com/targets/${segment}`,
      )
      assert.strictEqual(
        urlOf(proxy, two, { params: { id, segment: "5" } })?.href,
        `https://proxy.example.com/np6/targets/${segment}/segments/5`,
      )
    })
  }

  it("holds no query or fragment that a parameter brought", () => {
    const url = urlOf(np6, two, { params: { id: "a?b#c", segment: "?x#y" } })
    assert.strictEqual(url?.search, "")
    assert.strictEqual(url?.hash, "")
  })

  it("leaves the base as it was", () => {
    const base = new URL("https://proxy.example.com/np6/")
    urlOf(base, "/targets", { unicity: unicity("a@b.c") })
    assert.strictEqual(base.href, "https://proxy.example.com/np6/")
  })

  // Each of these is refused by that one guard alone.
  const refused: ReadonlyArray<
    readonly [guard: string, base: URL, template: string, params: Record<string, string>]
  > = [
    ["another host", np6, "/\\\\evil.example/a\\b", {}],
    ["another host, absolute", np6, "/https:\\\\evil.example\\targets", {}],
    ["another port", np6, "/\\\\api-cm.np6.com:8443\\targets", {}],
    ["another scheme", np6, "/http:\\\\api-cm.np6.com\\targets", {}],
    ["another host, below the base's path", proxy, "/\\\\evil.example\\np6\\targets", {}],
    ["another path than the base's", proxy, "/..\\xyz/a\\b", {}],
    ["another path that begins alike", proxy, "/..\\np66/a\\b", {}],
    ["a segment too few, for ..", np6, two, { id: "..", segment: "5" }],
    ["a segment too few below a path, for ..", proxy, two, { id: "..", segment: "5" }],
    ["a segment too few, for .", np6, two, { id: ".", segment: "5" }],
    ["a segment too many", np6, "/targets\\x", {}],
    ["an empty segment at the end", np6, one, { id: "" }],
    ["an empty segment for .", np6, one, { id: "." }],
    ["an empty segment for one that is missing", np6, one, {}],
    ["an empty segment within", np6, two, { id: "", segment: "5" }],
    ["an empty last segment of two", np6, two, { id: "000MLGPR", segment: "" }],
    ["an empty first segment", np6, "/{id}", { id: "" }],
    ["nothing of the endpoint, for ..", np6, one, { id: ".." }],
    ["nothing of the endpoint below a path, for ..", proxy, one, { id: ".." }],
    ["nothing of the endpoint, for two ..", proxy, two, { id: "..", segment: ".." }],
  ]
  for (const [guard, base, template, params] of refused) {
    it(`is refused when it would have ${guard}`, () => {
      assert.isUndefined(urlOf(base, template, { params }))
      assert.isUndefined(urlOf(base, template, { params, unicity: unicity("a@b.c") }))
    })
  }

  it("is refused without what fills its template", () => assert.isUndefined(urlOf(np6, one, {})))

  it("holds each criterion of unicity as it is", () => {
    assert.strictEqual(
      urlOf(proxy, "/targets", { unicity: unicity(["../a?b", "c&unicity=d", "e#f"]) })?.href,
      "https://proxy.example.com/np6/targets?unicity=..%2Fa%3Fb&unicity=c%26unicity%3Dd&unicity=e%23f",
    )
  })
})
