import { assert, describe, it } from "@effect/vitest"
import { Bulk, TargetModel, Targets } from "@effect-np6/targets"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { DateTime, Effect, Option, Result, Schema, SchemaGetter, Stream } from "effect"
import * as fc from "fast-check"
import { inspect } from "node:util"

const Contact = TargetModel.make({
  email: TargetModel.text(8103),
  title: TargetModel.choice(8101, ["Mr", "Mrs"]),
  birthday: TargetModel.day(8105),
  since: TargetModel.date(8109),
  revenue: TargetModel.number(8106),
  interests: TargetModel.choices(8107, ["Books", "Music"]),
  news: TargetModel.flag(8108, { yes: "Oui", no: "Non" }),
}, { unicity: "email" })

const french = { dates: "dmy", decimal: ",", lists: "," } as const

// What callers without types can pass: the signatures don't allow it, the checks must.
const hostile = <A>(value: unknown): A => value as A

const valuesOf = <A>(read: Result.Result<A, TargetModel.InvalidRow>): A => Result.getOrThrow(read)
const problemsOf = (read: Result.Result<unknown, TargetModel.InvalidRow>) =>
  Result.getOrThrow(Result.flip(read)).problems.map(({ column, problem }) => [column, problem])

describe("fromText", () => {
  it("reads a row as a French spreadsheet exports it", () => {
    const row = {
      email: " jane@example.com ",
      title: "MRS",
      birthday: "17/05/1980",
      since: "01/02/2024 10:30",
      revenue: "1\u202f234,50",
      interests: "Music, books",
      news: "oui",
    }
    assert.deepStrictEqual(valuesOf(Contact.fromText(row, french)), {
      email: "jane@example.com",
      title: "Mrs",
      birthday: "1980-05-17",
      since: DateTime.makeUnsafe("2024-02-01T10:30:00Z"),
      revenue: 1234.5,
      interests: ["Music", "Books"],
      news: true,
    })
  })

  it("reads ISO dates and decimal points where nothing else is said", () => {
    const row = {
      email: "a@b.c",
      birthday: "1980-05-17",
      revenue: "1234.5",
      interests: "Music|Books",
    }
    assert.deepStrictEqual(valuesOf(Contact.fromText(row)), {
      email: "a@b.c",
      birthday: "1980-05-17",
      revenue: 1234.5,
      interests: ["Music", "Books"],
    })
  })

  it("reports each column that is wrong, in the row's order, and no cell", () => {
    const row = {
      title: "Misses",
      email: "secret@example.com",
      birthday: "30/02/1980",
      since: "45986",
      revenue: "1.234,5 secret",
      interests: "Music,Bokes",
      news: "secret",
    }
    const read = Contact.fromText(row, french)
    assert.deepStrictEqual(problemsOf(read), [
      ["title", 'it isn\'t one of "Mr", "Mrs"'],
      ["birthday", "there is no such day"],
      [
        "since",
        "it is a bare number, as spreadsheets keep dates: give its column the format of a date",
      ],
      ["revenue", "it isn't a number like 1234,5"],
      ["interests", 'it isn\'t one of "Books", "Music": did you mean "Books"?'],
      ["news", 'it isn\'t one of "Oui", "Non"'],
    ])
    const error = Result.getOrThrow(Result.flip(read))
    const shown = [error.message, String(error), error.stack, JSON.stringify(error), inspect(error)]
    for (const cell of ["secret", "30/02", "45986", "Bokes", "Misses"]) {
      assert.notInclude(shown.join("\n"), cell)
    }
    assert.match(error.message, /^6 columns can't be used\. title: it isn't one of .*; news: /)
  })

  it("fails with an error that its own codec reads back", () => {
    const error = Result.getOrThrow(Result.flip(Contact.fromText({ email: "", title: "?" })))
    const codec = Schema.toCodecJson(TargetModel.InvalidRow)
    const read = Schema.decodeUnknownSync(codec)(
      JSON.parse(JSON.stringify(Schema.encodeSync(codec)(error))),
    )
    assert.deepStrictEqual(read.problems, error.problems)
    assert.strictEqual(read.message, error.message)
    assert.strictEqual(structuredClone(error).message, error.message)
    assert.strictEqual(read.remedy, "fix")
    assert.throws(() => Schema.decodeUnknownSync(codec)({ _tag: "InvalidRow", problems: [{}] }))
  })

  it("says in one sentence what is wrong with one column", () => {
    const error = Result.getOrThrow(Result.flip(Contact.fromText({ email: "a@b.c", title: "?" })))
    assert.strictEqual(
      error.message,
      '1 column can\'t be used. title: it isn\'t one of "Mr", "Mrs".',
    )
    const meant = Result.getOrThrow(Result.flip(Contact.fromText({ email: "a@b.c", title: "Mrz" })))
    assert.match(meant.message, /: did you mean "Mr"\?$/)
  })

  it("leaves out what is empty, blank or not there", () => {
    const row = { email: "a@b.c", title: "", birthday: " \u00a0\t", revenue: undefined }
    assert.deepStrictEqual(valuesOf(Contact.fromText(row)), { email: "a@b.c" })
  })

  it("clears what is empty where it is told to, and not what isn't there", () => {
    const row = { email: "a@b.c", title: "", birthday: " ", interests: "", revenue: undefined }
    assert.deepStrictEqual(valuesOf(Contact.fromText(row, { empty: "clear" })), {
      email: "a@b.c",
      title: null,
      birthday: null,
      interests: [],
    })
  })

  it("reads columns by their headers, spaces and a byte order mark aside", () => {
    const columns = { "E-mail": "email", "Né le": "birthday" } as const
    const row = { "\ufeffE-mail": "a@b.c", "Né le ": "1980-05-17", title: "Mr" }
    assert.deepStrictEqual(valuesOf(Contact.fromText(row, { columns })), {
      email: "a@b.c",
      birthday: "1980-05-17",
      title: "Mr",
    })
    assert.deepStrictEqual(
      problemsOf(Contact.fromText({ "E-mail": "a@b.c", "Né le": "hier" }, { columns })),
      [
        ["Né le", "it isn't a date like 2026-11-25"],
      ],
    )
  })

  it("refuses columns that the model doesn't know, by their place and not by their header", () => {
    const row = { email: "a@b.c", birtday: "1980-05-17", "jane@example.com": "x" }
    assert.deepStrictEqual(problemsOf(Contact.fromText(row)), [
      ["column 2", 'no field of the model has this name: did you mean "birthday"?'],
      ["column 3", "no field of the model has this name"],
    ])
    const ignoring = Contact.fromText(row, { ignoreUnknown: true })
    assert.deepStrictEqual(valuesOf(ignoring), { email: "a@b.c" })
    const columns = hostile<{ "E-mail": "email" }>({ email: "mail" })
    assert.deepStrictEqual(problemsOf(Contact.fromText({ email: "a@b.c" }, { columns })), [
      ["column 1", 'no field of the model has this name: did you mean "email"?'],
      ["email", "it is missing, and it tells the target from all others"],
    ])
  })

  it("refuses a second column for one field", () => {
    const row = { email: "a@b.c", "E-mail": "d@e.f" }
    const read = Contact.fromText(row, { columns: { "E-mail": "email" } })
    assert.deepStrictEqual(problemsOf(read), [["E-mail", "another column is for email, too"]])
  })

  const missing = "it is missing, and it tells the target from all others"
  const unicities: ReadonlyArray<readonly [what: string, row: object, problem: string]> = [
    ["no column", { title: "Mr" }, missing],
    ["nothing in its cell", { email: "" }, missing],
    ["a blank cell", { email: " \t" }, missing],
    ["undefined", { email: undefined }, missing],
    ["a control character", { email: "a\u0000@b.c" }, "a criterion holds a control character"],
    ["too much", { email: "x".repeat(1025) }, "a criterion is longer than 1024 characters"],
    ["half a character", { email: "a\ud800" }, "it holds half a character (a lone surrogate)"],
    [
      "letters of a wrong encoding",
      { email: "\ufffdric@b.c" },
      "it holds U+FFFD, which stands for letters that were read in the wrong encoding",
    ],
  ]
  for (const [what, row, problem] of unicities) {
    it(`refuses a unicity with ${what}`, () => {
      for (const empty of ["keep", "clear"] as const) {
        const read = Contact.fromText(hostile<Record<string, string>>(row), { empty })
        assert.deepStrictEqual(problemsOf(read), [["email", problem]])
      }
    })
  }

  it("names the header of a unicity that isn't there, and asks for each of several", () => {
    const Person = TargetModel.make({
      email: TargetModel.text(1),
      number: TargetModel.number(2),
      labels: TargetModel.choices(3, ["A"]),
    }, { unicity: ["email", "number", "labels"] })
    assert.deepStrictEqual(
      problemsOf(Person.fromText({ labels: "a" }, { columns: { "E-mail": "email" } })),
      [
        ["labels", "a list can't tell a target from all others"],
        ["E-mail", missing],
        ["number", missing],
      ],
    )
  })

  const rows: ReadonlyArray<readonly [what: string, row: () => unknown, problem: string]> = [
    ["null", () => null, "it is not a map of column to text"],
    ["an array", () => ["a@b.c"], "it is not a map of column to text"],
    ["text", () => "a@b.c", "it is not a map of column to text"],
    [
      "a row that can't be read",
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        return proxy
      },
      "it can't be read",
    ],
    [
      "a cell that throws",
      () => ({
        get email(): string {
          throw new Error("secret")
        },
      }),
      "it can't be read",
    ],
  ]
  for (const [what, row, problem] of rows) {
    it(`refuses ${what}`, () =>
      assert.deepStrictEqual(problemsOf(Contact.fromText(hostile(row()))), [["row", problem]]))
  }

  it("refuses cells that aren't text", () => {
    const row = hostile<Record<string, string>>({ email: "a@b.c", title: null, revenue: 5 })
    assert.deepStrictEqual(problemsOf(Contact.fromText(row)), [
      ["title", "it is not text"],
      ["revenue", "it is not text"],
    ])
  })

  it("reads cells by a schema of one's own: as text, or as the number that it writes", () => {
    const Own = TargetModel.make({
      key: TargetModel.text(1),
      phone: TargetModel.field(2, Schema.String.check(Schema.isPattern(/^\+\d{6,15}$/))),
      count: TargetModel.field(3, Schema.NumberFromString),
      score: TargetModel.field(4, Schema.Number),
      nick: TargetModel.field(5, Schema.OptionFromNullOr(Schema.String)),
      code: TargetModel.field(7, Schema.Union([Schema.Number, Schema.String])),
      broken: TargetModel.field(
        6,
        Schema.String.pipe(Schema.decodeTo(Schema.String, {
          decode: SchemaGetter.transform((value: string): string => {
            throw new Error(value)
          }),
          encode: SchemaGetter.passthrough(),
        })),
      ),
    }, { unicity: "key" })
    const row = {
      key: "a",
      phone: "+33612345678",
      count: "5",
      score: "1 234,5",
      nick: "J",
      code: "007",
    }
    const options = { decimal: ",", empty: "clear" } as const
    assert.deepStrictEqual(valuesOf(Own.fromText(row, options)), {
      key: "a",
      phone: "+33612345678",
      count: 5,
      score: 1234.5,
      nick: Option.some("J"),
      code: "007",
    })
    assert.deepStrictEqual(valuesOf(Own.fromText({ key: "a", nick: "", phone: "" }, options)), {
      key: "a",
      nick: Option.none(),
      phone: null,
    })
    assert.deepStrictEqual(
      problemsOf(Own.fromText({ key: "a", phone: "0612345678", score: "much", broken: "secret" })),
      [
        ["phone", "Expected a string matching the RegExp ^\\+\\d{6,15}$"],
        ["score", "Expected number | null"],
        ["broken", "its schema threw, or isn't synchronous"],
      ],
    )
  })

  it("reads cells by a reader of one's own", () => {
    const phone = {
      ...TargetModel.text(2),
      readCell: (cell: string) =>
        cell.startsWith("0") ? Result.succeed(`+33${cell.slice(1)}`) : Result.fail("no leading 0"),
    }
    const throwing = {
      ...TargetModel.text(3),
      readCell: (cell: string): Result.Result<string, string> => {
        throw new Error(cell)
      },
    }
    const Own = TargetModel.make({ key: TargetModel.text(1), phone, throwing }, { unicity: "key" })
    assert.deepStrictEqual(valuesOf(Own.fromText({ key: "a", phone: "0612" })), {
      key: "a",
      phone: "+33612",
    })
    assert.deepStrictEqual(problemsOf(Own.fromText({ key: "a", phone: "612", throwing: "x" })), [
      ["phone", "no leading 0"],
      ["throwing", "what reads its cells threw"],
    ])
  })

  it("reads names that objects have too", () => {
    const Odd = TargetModel.make({
      ["__proto__"]: TargetModel.text(1),
      constructor: TargetModel.text(2),
    }, { unicity: "__proto__" })
    const row = JSON.parse('{"__proto__": "a", "constructor": "b"}')
    assert.deepStrictEqual(
      Object.entries(valuesOf(Odd.fromText(row))),
      [["__proto__", "a"], ["constructor", "b"]],
    )
    assert.deepStrictEqual(problemsOf(Contact.fromText({ email: "a@b.c", toString: "x" })), [
      ["column 2", "no field of the model has this name"],
    ])
  })

  it.effect("makes the failed outcome of a row in a bulk run", () =>
    Effect.gen(function* () {
      const contacts = yield* Contact.operations
      const upsert = (row: Record<string, string>) =>
        Effect.flatMap(Effect.fromResult(Contact.fromText(row, french)), contacts.upsert)
      const outcomes = yield* Stream.make(
        { email: "a@b.c", birthday: "17/05/1980" },
        { email: "d@e.f", birthday: "hier" },
      ).pipe(Bulk.forEach(upsert), Stream.runCollect)
      assert.deepStrictEqual(
        outcomes.map((outcome) => outcome._tag === "Failed" ? outcome.error._tag : outcome._tag),
        ["Done", "InvalidRow"],
      )
      const targets = yield* Targets
      const stored = yield* targets.getByUnicity("a@b.c")
      assert.strictEqual(stored.fields[8105], "1980-05-17T00:00:00Z")
    }).pipe(Effect.provide(Sandbox.layerTargets())))
})

describe("fromText: for any row", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(
      "",
      " ",
      "Mr",
      "mrs",
      "17/05/1980",
      "1980-05-17",
      "1 234,50",
      "Oui",
      "Music,Books",
    ),
    fc.stringMatching(/^[-+0-9., /:]{1,14}$/),
  )
  const options = fc.record({
    dates: fc.constantFrom("iso" as const, "dmy" as const, "mdy" as const),
    decimal: fc.constantFrom("." as const, "," as const),
    empty: fc.constantFrom("keep" as const, "clear" as const),
    lists: fc.constantFrom("|", ",", ";"),
  })
  const row = fc.record({
    email: cell,
    title: cell,
    birthday: cell,
    since: cell,
    revenue: cell,
    interests: cell,
    news: cell,
  }, { requiredKeys: [] })
  const seed = { seed: 20261125, numRuns: 3000 }

  it("values that come out are fit to be sent; else each problem has a column of its own", () => {
    fc.assert(
      fc.property(row, options, (row, options) => {
        const read = Contact.fromText(row, options)
        if (Result.isSuccess(read)) {
          const encoded = Result.getOrThrow(Contact.encode(read.success))
          const given = Object.entries(row).filter(([, cell]) =>
            options.empty === "clear" || cell.trim() !== ""
          )
          assert.lengthOf(Object.keys(encoded.values), given.length)
        } else {
          const columns = read.failure.problems.map(({ column }) => column)
          assert.isNotEmpty(columns)
          assert.strictEqual(new Set(columns).size, columns.length)
        }
      }),
      seed,
    )
  })

  it("a value that a French spreadsheet shows comes back as it was", () => {
    const day = fc.date({
      noInvalidDate: true,
      min: new Date("1900-01-01T00:00:00Z"),
      max: new Date("2100-01-01T00:00:00Z"),
    }).map((date) => DateTime.formatIsoDateUtc(DateTime.makeUnsafe(date)))
    const cents = fc.integer({ min: -1e11, max: 1e11 })
    const format = new Intl.NumberFormat("fr-FR", { minimumFractionDigits: 2 })
    fc.assert(
      fc.property(day, cents, fc.boolean(), (birthday, cents, news) => {
        const row = {
          email: "a@b.c",
          birthday: birthday.split("-").reverse().join("/"),
          revenue: format.format(cents / 100),
          news: news ? "OUI" : "NON",
        }
        assert.deepStrictEqual<unknown>(valuesOf(Contact.fromText(row, french)), {
          email: "a@b.c",
          birthday,
          revenue: cents / 100,
          news,
        })
      }),
      seed,
    )
  })
})
