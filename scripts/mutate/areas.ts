/**
 * The areas of the source, each with the tests that should notice when it is broken.
 *
 * @module
 */

/** A part of the source, and the score that its tests should reach. */
export interface Area {
  readonly name: string
  /** The share of the mutants, in percent, that should be killed. */
  readonly wanted: number
  /** Globs of the source. A file belongs to the first area that has a glob for it. */
  readonly source: ReadonlyArray<string>
  /** Globs of the tests: those of the room and of the rooms that see it work. */
  readonly tests: ReadonlyArray<string>
}

/** The score of all areas together. */
export const wantedOfAll = 85

/** What is in no area: Stryker counts the turns of each loop, and for 16 MiB that takes minutes. */
export const tooSlow: ReadonlyArray<string> = ["tests/http/{listSize,overFetch}.test.ts"]

/** Every file of the source belongs to one of them. */
export const areas: ReadonlyArray<Area> = [
  {
    name: "paths",
    wanted: 95,
    source: ["src/http/request.ts", "src/targets/arguments.ts", "src/data/{text,elements}.ts"],
    tests: ["tests/{http,targets}/**", "tests/bulk/bulk.test.ts"],
  },
  {
    name: "messages",
    wanted: 95,
    source: ["src/http/scrub.ts", "src/client/messages.ts", "src/data/problem.ts"],
    tests: ["tests/{data,http,client}/*", "tests/targets/arguments.test.ts"],
  },
  {
    name: "stream",
    wanted: 95,
    source: [
      "src/http/{arrayParser,decodeTarget,depth,list,signs}.ts",
      "src/data/{instant,number}.ts",
    ],
    tests: ["tests/{data,http}/*", "tests/targets/model/*"],
  },
  {
    name: "errors",
    wanted: 95,
    source: ["src/http/**"],
    tests: ["tests/{http,client}/*"],
  },
  {
    name: "replay",
    wanted: 95,
    source: [
      "src/client/{RetryPolicy,attempts,call,endpoint,failures,replay}.ts",
      "src/targets/endpoints.ts",
    ],
    tests: ["tests/{client,http}/*", "tests/targets/*", "tests/bulk/*"],
  },
  {
    name: "rate",
    wanted: 85,
    source: ["src/client/{Gate,RateLimit}.ts", "src/client/rate/**"],
    tests: ["tests/client/rate/*", "tests/bulk/*"],
  },
  {
    name: "client",
    wanted: 85,
    source: ["src/client/**"],
    tests: ["tests/{client,http,targets}/*"],
  },
  {
    name: "values",
    wanted: 85,
    source: ["src/data/**"],
    tests: ["tests/data/*", "tests/targets/**"],
  },
  {
    name: "model",
    wanted: 85,
    source: ["src/targets/TargetModel.ts", "src/targets/model/**"],
    tests: ["tests/targets/model/*"],
  },
  {
    name: "targets",
    wanted: 85,
    source: ["src/targets/**"],
    tests: ["tests/{client,http,targets}/*"],
  },
  { name: "account", wanted: 85, source: ["src/account/**"], tests: ["tests/account/**"] },
  { name: "bulk", wanted: 85, source: ["src/bulk/**"], tests: ["tests/bulk/**"] },
  { name: "import", wanted: 85, source: ["src/import/**"], tests: ["tests/import/**"] },
  { name: "sandbox", wanted: 85, source: ["src/sandbox/**"], tests: ["tests/sandbox/**"] },
  { name: "cli", wanted: 85, source: ["src/cli/**"], tests: ["tests/cli/**"] },
]
