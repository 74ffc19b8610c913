import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isDeeperThan } from "../../src/http/depth.ts"

/** How deep a value is nested, by going through it. */
const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0

describe("how deep a text is nested", () => {
  it("is told as by going through what it says, whatever its texts hold", () => {
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(null, true, 1, "", "[", "]]", "{", "}", "\\", '"', '\\"[', '"]\\'),
      fc.string({ unit: fc.constantFrom("[", "]", "{", "}", '"', "\\", ",", ":", "a") }),
    )
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "[", "}", '"', "\\"), tie("value"), { maxKeys: 3 }),
      ),
    }))
    const depths = new Set<number>()
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 6 }), (json, limit) => {
        const depth = depthOf(json)
        depths.add(depth)
        for (const text of [JSON.stringify(json), JSON.stringify(json, null, " ")]) {
          assert.strictEqual(isDeeperThan(limit, text), depth > limit, text)
        }
      }),
      { seed: 20261125, numRuns: 3_000 },
    )
    assert.includeMembers([...depths], [0, 1, 2, 3, 4, 5])
  })

  it("is told where it ends early, too", () => {
    const cases: ReadonlyArray<readonly [text: string, isDeeper: boolean]> = [
      ["[[[[[", true],
      ["[[    ", false],
      ['[["[[[[', false],
      ['[["[[[["[', true],
      ['[["\\"[[[', false],
      ['[["\\\\"[', true],
      ['[["\\', false],
      ['[[[""', true],
      ['[["",[', true],
      ["[]{}[]{}", false],
      ["[]{}[[]{[]}]", true],
    ]
    for (const [text, isDeeper] of cases) {
      assert.strictEqual(isDeeperThan(2, text), isDeeper, text)
    }
  })
})
