import { assert, describe, it } from "@effect/vitest"
import { Mapping } from "@effect-np6/targets/import"
import { Result } from "effect"
import { account, accountFields } from "../harness/account.ts"

const mapperOf = (
  columns: ReadonlyArray<string>,
  options: Mapping.ByNameOptions = {},
): Mapping.Mapper => Result.getOrThrow(Mapping.byFieldName(account, columns, options))

const refused = (
  columns: ReadonlyArray<string>,
  options: Mapping.ByNameOptions = {},
): Mapping.MappingProblem =>
  Result.getOrThrow(Result.flip(Mapping.byFieldName(account, columns, options)))

/** One cell of a column, beside an address: its value, or what is wrong with it. */
const read = (
  column: keyof typeof accountFields,
  cell: Parameters<Mapping.Mapper["map"]>[0][number],
  options: Mapping.ByNameOptions = {},
): unknown => {
  const { id, name } = accountFields[column]
  const mapped = mapperOf(["Email", name], options).map(["a@b.c", cell])
  if (Result.isFailure(mapped)) {
    const [first] = mapped.failure
    assert.strictEqual(mapped.failure.length, 1)
    assert.strictEqual(first?.column, name)
    return `! ${first?.problem}${first?.suggestion === undefined ? "" : ` > ${first.suggestion}`}`
  }
  return mapped.success.values[id]
}

describe("Mapping.byFieldName: columns", () => {
  it("finds a field by its name, without case, accents and spaces, or by its id", () => {
    for (const column of ["Né le", "ne le", "NÉLE", " ne  LE", "Ne\u0301 le", "8105"]) {
      const { columns } = mapperOf(["EMAIL", column])
      assert.deepStrictEqual(columns.map(({ field }) => field?.id), [8103, 8105], column)
    }
  })

  it("stops at columns without a field, and says which ones may be meant", () => {
    const problem = refused(["E-mail", "Civilite", "Telefone", "zzz"])
    assert.deepStrictEqual(problem, {
      _tag: "UnknownColumns",
      columns: [
        { name: "E-mail", suggestion: "Email" },
        { name: "Telefone", suggestion: "Téléphone" },
        { name: "zzz", suggestion: undefined },
      ],
      fields: account.fields.map(({ name }) => name),
    })
  })

  it("leaves out columns that are named, or all that have no field", () => {
    const one = mapperOf(["Email", "Internal"], { columns: { Internal: Mapping.ignore } })
    assert.deepStrictEqual(one.columns.map(({ field }) => field?.name), ["Email", undefined])
    assert.deepStrictEqual(one.map(["a@b.c", "x"]), one.map(["a@b.c", ""]))
    mapperOf(["Email", "a", "b"], { unknown: "ignore" })
  })

  it("takes the field that a column is given, by name or by id", () => {
    const options = { columns: { Courriel: "email", Quoi: 8109 } }
    const { columns } = mapperOf(["Courriel", "Quoi"], options)
    assert.deepStrictEqual(columns.map(({ field }) => field?.id), [8103, 8109])
    assert.deepStrictEqual(refused(["Email", "x"], { columns: { x: "Notte" } }), {
      _tag: "NoSuchField",
      column: "x",
      field: "Notte",
      suggestion: "Note",
    })
  })

  it("demands the unicity, and one column a field", () => {
    assert.deepStrictEqual(refused(["Note"]), { _tag: "NoUnicity", fields: ["Email"] })
    assert.deepStrictEqual(refused(["Email", "note", "NOTE"]), {
      _tag: "FieldTwice",
      field: "Note",
      columns: ["note", "NOTE"],
    })
  })

  it("doesn't choose between two fields whose names differ in accents alone", () => {
    const two = {
      fields: [accountFields.email, { ...accountFields.note, name: "Ou" }, {
        ...accountFields.odd,
        name: "Où",
      }],
      valueLists: [],
    }
    const exact = Result.getOrThrow(Mapping.byFieldName(two, ["Email", "Où"]))
    assert.strictEqual(exact.columns[1]?.field?.id, 8111)
    assert.deepStrictEqual(
      Result.getOrThrow(Result.flip(Mapping.byFieldName(two, ["Email", "OÙ"]))),
      { _tag: "AmbiguousColumn", column: "OÙ", fields: ["8109", "8111"] },
    )
  })

  it("takes what names in a prototype for columns, not for options", () => {
    assert.strictEqual(refused(["Email", "constructor"], { columns: {} })._tag, "UnknownColumns")
  })

  it("takes the unicity alone where no more is needed", () => {
    const mapper = mapperOf(["x", "Email", "Né le"], { only: "unicity" })
    assert.deepStrictEqual(Result.getOrThrow(mapper.map(["1", "a@b.c", "never"])), {
      unicity: ["a@b.c"],
      values: { 8103: "a@b.c" },
    })
  })

  it("rejects text in a column without a name, and nothing else in it", () => {
    const mapper = mapperOf(["Email", ""])
    assert.isTrue(Result.isSuccess(mapper.map(["a@b.c", ""])))
    assert.isTrue(Result.isFailure(mapper.map(["a@b.c", "x"])))
  })

  it("takes the criteria of several unicities in the account's order", () => {
    const two = {
      fields: [{ ...accountFields.name, isUnicity: true }, accountFields.email],
      valueLists: [],
    }
    const mapper = Result.getOrThrow(Mapping.byFieldName(two, ["Email", "Nom de famille"]))
    assert.deepStrictEqual(Result.getOrThrow(mapper.map(["a@b.c", "Doe"])).unicity, [
      "Doe",
      "a@b.c",
    ])
  })

  it("extends to columns that come later", () => {
    const mapper = mapperOf(["Email"])
    const more = Result.getOrThrow(mapper.extend(["Email", "Note"]))
    assert.deepStrictEqual(Result.getOrThrow(more.map(["a@b.c", "x"])).values, {
      8103: "a@b.c",
      8109: "x",
    })
    const unknown = Result.getOrThrow(Result.flip(mapper.extend(["Email", "Notes"])))
    assert.strictEqual(unknown._tag, "UnknownColumns")
  })
})

describe("Mapping.byFieldName: cells", () => {
  it("reads each type of field", () => {
    assert.strictEqual(read("name", " Doe "), "Doe")
    assert.strictEqual(read("note", "two\nlines"), "two\nlines")
    assert.strictEqual(read("phone", "+33 6 12.34-56/78"), "+33 6 12.34-56/78")
    assert.strictEqual(read("civility", "MRS"), "Mrs")
    assert.deepStrictEqual(read("interests", "OFFERS| news |news"), ["offers", "news"])
    assert.deepStrictEqual(read("interests", "News | weekly"), ["news | weekly"])
    assert.deepStrictEqual(read("interests", "news;offers", { lists: ";" }), ["news", "offers"])
    assert.strictEqual(read("unlisted", "anything"), "anything")
    assert.strictEqual(read("odd", "48.85,2.35"), "48.85,2.35")
  })

  it("reads dates in the order that is given, and no other", () => {
    assert.strictEqual(read("birthday", "1980-11-25"), "1980-11-25T00:00:00Z")
    assert.strictEqual(read("birthday", "25/11/1980", { dates: "dmy" }), "1980-11-25T00:00:00Z")
    assert.strictEqual(read("birthday", "11.25.1980", { dates: "mdy" }), "1980-11-25T00:00:00Z")
    assert.strictEqual(
      read("birthday", "25/11/1980 14:05", { dates: "dmy" }),
      "1980-11-25T14:05:00Z",
    )
    assert.strictEqual(read("birthday", "25/11/1980"), "! it isn't a date like 2026-11-25")
    assert.strictEqual(read("birthday", "31/02/1980", { dates: "dmy" }), "! there is no such day")
    assert.strictEqual(read("birthday", "11/25/1980", { dates: "dmy" }), "! there is no such day")
    assert.match(String(read("birthday", "29550")), /bare number/)
  })

  it("reads numbers with the decimal sign that is given", () => {
    assert.strictEqual(read("orders", "1 234,50", { decimal: "," }), 1234.5)
    assert.strictEqual(read("orders", "1\u202f234", { decimal: "," }), 1234)
    assert.strictEqual(read("orders", "1,234.50"), 1234.5)
    assert.match(String(read("orders", "1,5")), /^! it isn't a number/)
    assert.match(String(read("orders", "1E5")), /scientific/)
    assert.match(String(read("orders", "99999999999999999999")), /lost digits/)
  })

  it("reads yes and no in the account's own labels", () => {
    for (const yes of ["oui", "Yes", "1", "TRUE", true]) {
      assert.strictEqual(read("optIn", yes), "Oui", String(yes))
    }
    for (const no of ["NON", "no", "0", "false", false]) {
      assert.strictEqual(read("optIn", no), "Non", String(no))
    }
    assert.strictEqual(read("civility", "yes"), '! it isn\'t one of "Mr", "Mrs"')
  })

  it("names the labels, and the one that is meant", () => {
    assert.strictEqual(read("civility", "Mme"), '! it isn\'t one of "Mr", "Mrs"')
    assert.strictEqual(read("civility", "Mr."), '! it isn\'t one of "Mr", "Mrs" > Mr')
  })

  it("refuses what is no address, and says what it may be", () => {
    const email = (cell: string) => {
      const mapped = mapperOf(["Email"]).map([cell])
      return Result.isSuccess(mapped) ? mapped.success.unicity[0] : mapped.failure[0]?.problem
    }
    for (const good of ["a@b.c", "o'neil+x@müller.example", "a.b-c_d@e-f.co.uk", "ü@b.c"]) {
      assert.strictEqual(email(` ${good}\u00a0`), good)
    }
    for (const bad of ["a", "a@b", "a@@b.c", "a@b..c", "a b@c.d", "a@b.c.", "@b.c", "a@.c"]) {
      assert.strictEqual(email(bad), "it isn't an e-mail address", bad)
    }
    assert.strictEqual(email("a@b.c, d@e.f"), "it is more than an e-mail address")
    assert.strictEqual(email("Jane <a@b.c>"), "it is more than an e-mail address")
    assert.strictEqual(email("a\u200b@b.c"), "it holds an invisible character")
    assert.strictEqual(email(""), "it is empty, and it tells contacts apart")
    assert.match(email("a\ufffd@b.c") ?? "", /U\+FFFD/)
  })

  it("names the spreadsheet in a phone number that it shortened", () => {
    assert.match(String(read("phone", "3,36E+10")), /scientific notation, as spreadsheets/)
    assert.match(String(read("phone", "n/a")), /isn't a phone number/)
  })

  it("holds cells to the account's constraints", () => {
    assert.strictEqual(read("orders", "0"), 0)
    assert.strictEqual(read("orders", "-1"), "! the account takes at least 0")
    assert.strictEqual(read("orders", -1), "! the account takes at least 0")
    assert.strictEqual(
      read("name", "x".repeat(21)),
      "! the account takes at most 20 characters",
    )
    assert.strictEqual(read("name", "x".repeat(20)), "x".repeat(20))
  })

  it("keeps the field where a cell is empty, or clears it where that is asked for", () => {
    assert.strictEqual(read("note", " "), undefined)
    assert.strictEqual(read("note", undefined), undefined)
    assert.strictEqual(read("note", "", { empty: "clear" }), null)
    assert.deepStrictEqual(read("interests", "", { empty: "clear" }), [])
    const cleared = mapperOf(["Email"], { empty: "clear" }).map([""])
    assert.isTrue(Result.isFailure(cleared))
  })

  it("reads the values of JSON as they are", () => {
    assert.strictEqual(read("orders", 2.5), 2.5)
    assert.strictEqual(read("note", 42), "42")
    assert.strictEqual(read("note", null), null)
    assert.deepStrictEqual(read("interests", ["News", "offers"]), ["news", "offers"])
    assert.deepStrictEqual(read("interests", []), [])
    assert.match(String(read("note", ["x"])), /it is a list/)
  })

  it("has one problem a cell, in the order of the columns, without the cell", () => {
    const mapper = mapperOf(["Civilité", "Email", "Né le", "Note"])
    const mapped = mapper.map(["canary-1", "canary-2", "canary-3", "fine"])
    const problems = Result.getOrThrow(Result.flip(mapped))
    assert.deepStrictEqual(problems.map(({ column }) => column), ["Civilité", "Email", "Né le"])
    assert.notInclude(JSON.stringify(problems), "canary")
  })
})

describe("Mapping.byFunction", () => {
  const columns = ["mail", "name"]
  const map = (f: Parameters<typeof Mapping.byFunction>[0]) =>
    Mapping.byFunction(f, columns).map(["a@b.c", "Doe"])

  it("gives the cells by name", () => {
    const mapped = map((row) => ({
      unicity: [String(row.mail)],
      values: { 8103: String(row.mail), 8102: String(row.name) },
    }))
    assert.deepStrictEqual(Result.getOrThrow(mapped), {
      unicity: ["a@b.c"],
      values: { 8102: "Doe", 8103: "a@b.c" },
    })
  })

  it("takes what a function refuses or throws for a problem of the row", () => {
    const problem = (f: Parameters<typeof Mapping.byFunction>[0]) =>
      Result.getOrThrow(Result.flip(map(f)))[0]?.problem
    assert.strictEqual(problem(() => Result.fail("no consent")), "no consent")
    const thrown = problem(() => {
      throw new Error("canary")
    })
    assert.strictEqual(thrown, "the function that maps it threw an error")
    assert.match(problem(() => ({ unicity: [""], values: {} })) ?? "", /it is empty/)
    assert.match(problem(() => ({ unicity: ["a\nb"], values: {} })) ?? "", /control/)
    assert.match(problem(() => JSON.parse("null")) ?? "", /threw/)
    assert.match(problem(() => JSON.parse("{}")) ?? "", /no contact/)
  })
})
