/** Values that a caller without types may pass. */

const long = "x".repeat(1_000_000)

/** Texts that a URL, a header, JSON or an object could take for more than text. */
export const texts: ReadonlyArray<string> = [
  "",
  " ",
  "\t",
  ".",
  "..",
  "...",
  "/",
  "//",
  "\\",
  "../x",
  "..\\x",
  "./000MLGPR",
  "000MLGPR/",
  "000MLGPR/..",
  "000MLGPR/segments/1",
  "000MLGPR?unicity=a@b.c",
  "000MLGPR#x",
  "000MLGPR;x=1",
  "000MLGPR\u0000",
  "000MLGPR\r\nX-Key: evil",
  "000MLGPR\n",
  " 000MLGPR",
  "%",
  "%2e",
  "%2E%2e",
  "%2e%2e%2f",
  "%252e%252e",
  "%2F",
  "%5c",
  "%00",
  "%0d%0a",
  "%ff",
  "..%2f..",
  "..%c0%af",
  "．．",
  "․․",
  "／",
  "\ud800",
  "\udc00",
  "a\ud800b",
  "\udc00\ud800",
  "\ufeff",
  "\u200b",
  "\u202e",
  "é",
  "e\u0301",
  "😀",
  "http://evil.example",
  "//evil.example",
  "\\\\evil.example",
  "@evil.example",
  ":8443",
  "{id}",
  "{segment}",
  "$&",
  "$1",
  "`",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "0",
  "-1",
  "1e3",
  "0x10",
  "000MLGPR",
  "a@b.c",
  "a+b&c=d#e?f@example.com",
  "unicity=x&unicity=y",
  long,
  "../".repeat(100_000),
  "%2e%2e%2f".repeat(10_000),
  "\ud83d\ude00".repeat(10_000),
  "x".repeat(64),
  "x".repeat(65),
  "x".repeat(1024),
  "x".repeat(1025),
]

/** Values that aren't text. */
export const others: ReadonlyArray<unknown> = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  1.5,
  12345,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  1e21,
  1e-7,
  NaN,
  Infinity,
  -Infinity,
  0n,
  12345n,
  Symbol("000MLGPR"),
  Symbol.iterator,
  () => "000MLGPR",
  {},
  [],
  [[]],
  [""],
  ["000MLGPR"],
  ["a@b.c", "Doe"],
  ["a@b.c", ""],
  ["a@b.c", null],
  new Array(3),
  Object.assign(new Array(2), { 1: "a@b.c" }),
  { 0: "000MLGPR", length: 1 },
  new String("000MLGPR"),
  new Number(12345),
  new Date(0),
  new Map([[8103, "a@b.c"]]),
  new Set(["000MLGPR"]),
  new Uint8Array([1]),
  /000MLGPR/,
  new URL("https://evil.example"),
  new Error("000MLGPR"),
  Promise.resolve("000MLGPR"),
  Object.create(null),
  Object.create({ 8103: "a@b.c" }),
  JSON.parse('{"__proto__":{"8103":"a@b.c"}}'),
  { 8103: "a@b.c" },
  { 8103: "a@b.c", __proto__: { 8104: "b" } },
  { "08103": "x" },
  { "8103 ": "x" },
  { fields: { 8103: "a@b.c" } },
  { email: "a@b.c" },
  { name: "Doe" },
  { name: "\ud800" },
]

const many = (value: unknown, length: number): ReadonlyArray<unknown> =>
  Array.from({ length }, () => value)

/** Selections of a bulk delete, right and wrong. */
export const selections: ReadonlyArray<unknown> = [
  undefined,
  null,
  "all",
  [],
  {},
  { type: "all" },
  { type: "" },
  { type: "segment" },
  { type: "SEGMENT", value: 1 },
  { type: ["segment"], value: 1 },
  { type: "__proto__", value: ["000MLGPR"] },
  { value: ["000MLGPR"] },
  ...["id", "unicity"].flatMap((type) => [
    { type },
    ...[
      undefined,
      null,
      "",
      [],
      {},
      new Array(2),
      "000MLGPR",
      { length: 1, 0: "000MLGPR" },
      new Set(["a"]),
    ]
      .map((value) => ({ type, value })),
    ...texts.map((text) => ({ type, value: [text] })),
    ...texts.slice(0, 10).map((text) => ({ type, value: ["000MLGPR", text] })),
    ...[undefined, null, 1, {}, [], [""], [[]], ["a", ""], { email: "" }, { email: "a@b.c" }].map((
      one,
    ) => ({
      type,
      value: [one],
    })),
    { type, value: ["000MLGPR", "000MLGPR"] },
    { type, value: many("000MLGPR", 10_000) },
    { type, value: ["000MLGPR"], segment: 1 },
  ]),
  ...[1, 12345, 2 ** 31 - 1, 2 ** 31, 0, -1, 1.5, NaN, "1", [1], null, undefined, 1n, {}].map((
    value,
  ) => ({
    type: "segment",
    value,
  })),
]

/** A getter that returns one value after the other, and the last for ever. */
const changing = <A>(...values: ReadonlyArray<A>): () => A | undefined => {
  let reads = 0
  return () => values[Math.min(reads++, values.length - 1)]
}

const getters = (
  properties: { readonly [name: string]: () => unknown },
): object =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(properties).map(([name, get]) => [name, { get, enumerable: true }]),
    ),
  )

const lyingLength = (
  target: ReadonlyArray<unknown>,
  ...lengths: ReadonlyArray<number>
): unknown => {
  const next = changing(...lengths)
  return new Proxy([...target], {
    get: (array, key, receiver) => key === "length" ? next() : Reflect.get(array, key, receiver),
  })
}

const lyingElements = (...values: ReadonlyArray<unknown>): unknown => {
  const next = changing(...values)
  return new Proxy(["000MLGPR"], {
    get: (array, key, receiver) => key === "0" ? next() : Reflect.get(array, key, receiver),
  })
}

class Overridden extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Empty
  }
  override map<U>(): Array<U> {
    return []
  }
  override filter(): Array<unknown> {
    return []
  }
  override flat(): Array<never> {
    return []
  }
  override slice(): Array<unknown> {
    return []
  }
  override *[Symbol.iterator](): ReturnType<Array<unknown>[typeof Symbol.iterator]> {}
  toJSON(): unknown {
    return []
  }
}

const Empty: ArrayConstructor = Object.assign(
  class extends Array<unknown> {
    constructor() {
      super(0)
    }
  },
) as unknown as ArrayConstructor

const speaking = (text: string): object => ({
  toString: () => text,
  valueOf: () => text,
  toJSON: () => text,
  [Symbol.toPrimitive]: () => text,
})

const throwing = (): never => {
  throw new Error("not to be read")
}

/** Makers of values that change between two reads, or aren't what they seem. */
export const tricksters: { readonly [name: string]: () => unknown } = {
  "an object that says it is an id": () => speaking("000MLGPR"),
  "an object that says it is nothing": () => speaking(""),
  "a boxed text with another JSON": () => Object.assign(new String("000MLGPR"), speaking("..")),
  "an array that says it is another": () => Object.assign(["000MLGPR"], speaking("")),
  "an array with another JSON": () => Object.assign(["000MLGPR"], { toJSON: () => [] }),
  "an array of a class with methods of its own": () => Overridden.of("000MLGPR", "a@b.c"),
  "an array whose length goes to nothing": () => lyingLength(["000MLGPR"], 1, 0),
  "an array whose length goes to nothing later": () => lyingLength(["000MLGPR"], 1, 1, 0),
  "an array whose length grows": () => lyingLength(["000MLGPR"], 1, 2, 3),
  "an array whose length is negative": () => lyingLength(["000MLGPR"], -1),
  "an array whose length is no number": () => lyingLength(["000MLGPR"], NaN),
  "an array whose element changes to nothing": () => lyingElements("000MLGPR", ""),
  "an array whose element changes to dots": () => lyingElements("000MLGPR", "000MLGPR", ".."),
  "an array whose iterator never ends": () =>
    Object.assign(["000MLGPR"], {
      *[Symbol.iterator]() {
        for (;;) yield "000MLGPR"
      },
    }),
  "an array whose iterator is empty": () =>
    Object.assign(["000MLGPR"], { *[Symbol.iterator]() {} }),
  "values that change": () => getters({ 8103: changing<unknown>("a@b.c", { fields: 1 }) }),
  "values that change to nothing": () => getters({ 8103: changing<unknown>("a@b.c", undefined) }),
  "values that throw": () => getters({ 8103: throwing, name: throwing, email: throwing }),
  "values with another JSON": () => ({ 8103: "a@b.c", name: "Doe", toJSON: () => ({ fields: 1 }) }),
  "values with an array of another JSON": () => ({
    8107: Object.assign(["a"], { toJSON: () => ({ fields: 1 }) }),
  }),
  "values whose keys change": () => {
    const keys = changing(["8103"], ["fields"], [])
    return new Proxy({}, {
      ownKeys: () => keys() ?? [],
      get: () => "a@b.c",
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: "a@b.c" }),
    })
  },
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  "a revoked array": () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    return proxy
  },
  "a circle": () => {
    const circle: Array<unknown> = []
    circle.push(circle)
    return circle
  },
  "an array that throws": () => new Proxy(["000MLGPR"], { get: throwing }),
  "an object that throws": () => new Proxy({}, { get: throwing, ownKeys: throwing }),
}

/** The same, as the value of a selection or as a part of it. */
export const trickySelections: { readonly [name: string]: () => unknown } = {
  ...Object.fromEntries(
    ["id", "unicity"].flatMap((type) =>
      Object.entries(tricksters).flatMap(([name, make]) => [
        [`of type ${type}, for ${name}`, () => ({ type, value: make() })],
        [
          `of type ${type}, for ${name} among others`,
          () => ({ type, value: ["000MLGPR", make()] }),
        ],
      ])
    ),
  ),
  "whose type changes": () =>
    getters({ type: changing("id", "segment", "unicity"), value: () => ["000MLGPR"] }),
  "whose type changes to none": () =>
    getters({ type: changing<unknown>("unicity", undefined), value: () => ["a@b.c"] }),
  "whose value changes to nothing": () =>
    getters({ type: () => "id", value: changing<unknown>(["000MLGPR"], []) }),
  "whose value changes later": () =>
    getters({ type: () => "unicity", value: changing<unknown>(["a@b.c"], ["a@b.c"], [], null) }),
  "of a segment that changes": () =>
    getters({ type: () => "segment", value: changing<unknown>(12345, 0, null) }),
  "with another JSON": () => ({ type: "id", value: ["000MLGPR"], toJSON: () => ({}) }),
}
