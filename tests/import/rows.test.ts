import { assert, describe, it } from "@effect/vitest"
import { type ImportError, Rows, Source } from "@effect-np6/targets/import"
import { Effect, Stream } from "effect"
import fc from "fast-check"
import { BlockCursor } from "../../src/import/blocks.ts"
import { Columns, readBlock } from "../../src/import/Reader.ts"
import { asCsv, breaksIn, concat, encode, type Form, mark } from "../harness/files.ts"

const inspect = (file: Uint8Array | string, format: Rows.Format = Rows.csv()) =>
  Rows.inspect(Source.bytes(file), format)

const read = (file: Uint8Array | string, format: Rows.Format = Rows.csv()) =>
  Effect.gen(function* () {
    const source = Source.bytes(file)
    const layout = yield* Rows.inspect(source, format)
    return { layout, rows: yield* Stream.runCollect(Rows.stream(source, layout)) }
  })

/** The rows as the engine reads them, in blocks of any size. */
const readInBlocks = (file: Uint8Array, layout: Rows.Layout, size: number) =>
  Effect.gen(function* () {
    const cursor = new BlockCursor(Source.bytes(file), layout, new Columns(layout.columns), size)
    const rows: Array<Rows.Row & { readonly bytes: Uint8Array }> = []
    for (let block = yield* cursor.next; block !== undefined; block = yield* cursor.next) {
      const { bytes, reader } = block
      while (reader.advance()) {
        const record = bytes.slice(reader.start, reader.next)
        rows.push({ line: reader.line, ...reader.read(), bytes: record })
      }
    }
    return rows
  })

const failing = (effect: Effect.Effect<unknown, ImportError>) => Effect.flip(effect)

const header = ["Email", "Name", "Note"]

/** What real files hold: the hard cases, each a row of three cells. */
const hard: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["plain", ["a@b.c", "Doe", "x"]],
  ["empty cells", ["", "", "x"]],
  ["spaces kept", [" a@b.c ", "  ", "x "]],
  ["a delimiter of each kind in quotes", ["a,b", "a;b", "a\tb|c"]],
  ["a line break in quotes", ["a@b.c", "Doe\nJane", "x"]],
  ["line breaks of all kinds in quotes", ["a\r\nb", "a\rb", "a\n\nb"]],
  ["quotes within quotes", ['"Jane"', '""', 'a"b"']],
  ["a quote in the middle", ['5" pipe', 'a"', "x"]],
  ["a cell of one quote", ['"', "x", '"""']],
  ["accents", ["é@b.c", "Noël Çelik", "œuvre Ÿ €"]],
  ["a long cell", ["x".repeat(20_000), "Doe", "x"]],
  ["what looks like a header line", ["sep=;", "Email", "\u00a0"]],
  ["formulas and zeros", ["=1+1", "0033612345678", "1E5"]],
  ["a space before a quote", [' "x"', "Doe", "x"]],
]

const wide: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["other scripts", ["名前", "Ωμέγα", "😀 \u{1f9d1}\u200d\u{1f4bb}"]],
  ["letters whose halves are line breaks", ["\u220a\u0a22", "\u0d0a\u0a0d", "\u2c2c\u3b3b\u2222"]],
]

const encodings: ReadonlyArray<readonly [Rows.Encoding, boolean]> = [
  ["utf-8", false],
  ["utf-8", true],
  ["utf-16le", true],
  ["utf-16le", false],
  ["utf-16be", true],
  ["windows-1252", false],
  ["iso-8859-15", false],
]

const isOneByte = (encoding: Rows.Encoding) =>
  encoding === "windows-1252" || encoding === "iso-8859-15"

const forms: ReadonlyArray<Form> = [",", ";", "\t", "|"].flatMap((delimiter) =>
  (["\n", "\r\n", "\r"] as const).flatMap((lineBreak) =>
    (["needed", "all"] as const).map((quotes): Form => ({
      delimiter,
      lineBreak,
      quotes,
      endsWithBreak: quotes === "all",
    }))
  )
)

/** The line on which each row of a table begins. */
const linesOf = (table: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<number> => {
  const lines: Array<number> = []
  let line = 1
  for (const row of table) {
    lines.push(line)
    line += 1 + row.reduce((sum, cell) => sum + breaksIn(cell), 0)
  }
  return lines
}

describe("Rows: the hard corpus", () => {
  for (const [encoding, isMarked] of encodings) {
    it.effect(`reads every case in ${encoding}${isMarked ? " with a mark" : ""}`, () =>
      Effect.gen(function* () {
        const cases = isOneByte(encoding) ? hard : [...hard, ...wide]
        let files = 0
        for (const form of forms) {
          for (const [name, row] of cases) {
            const table = [header, ["a@b.c", "Doe", "x"], row, ["z@b.c", "Roe", "é"]]
            const text = asCsv(table, form)
            const file = concat(
              isMarked ? mark(encoding) : new Uint8Array(0),
              encode(text, encoding),
            )
            // Two encodings that differ in eight letters only can't be told apart.
            const options = encoding === "iso-8859-15" ? { encoding } : {}
            const { layout, rows } = yield* read(file, Rows.csv(options))
            const context = `${name}, ${JSON.stringify(form)}`
            assert.strictEqual(layout.encoding, encoding, context)
            assert.strictEqual(layout.delimiter, form.delimiter, context)
            assert.deepStrictEqual(layout.columns, header, context)
            assert.deepStrictEqual(rows.map(({ cells }) => cells), table.slice(1), context)
            assert.deepStrictEqual(rows.map(({ line }) => line), linesOf(table).slice(1), context)
            assert.isTrue(rows.every(({ problem }) => problem === undefined), context)
            files++
          }
        }
        assert.isAtLeast(files, 14 * 24)
      }))
  }

  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r", "é", " ") }),
    fc.constantFrom("", "x", "\r\n", '""'),
  )
  const table = fc.array(
    fc.tuple(cell, cell, cell).filter((row) => row.some((text) => text !== "")),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  const form = fc.record({
    delimiter: fc.constantFrom(",", ";", "\t", "|"),
    lineBreak: fc.constantFrom("\n" as const, "\r\n" as const, "\r" as const),
    quotes: fc.constantFrom("all" as const, "needed" as const),
    endsWithBreak: fc.boolean(),
  })

  it("reads any table, in blocks of any size and record by record", () =>
    fc.assert(
      fc.asyncProperty(
        table,
        form,
        fc.constantFrom<Rows.Encoding>("utf-8", "utf-16le", "utf-16be", "windows-1252"),
        fc.integer({ min: 1, max: 40 }),
        (rows, form, encoding, units) =>
          Effect.gen(function* () {
            const whole = [header, ...rows]
            const file = encode(asCsv(whole, form), encoding)
            const delimiter = form.delimiter as Rows.Delimiter
            const layout = yield* inspect(file, Rows.csv({ delimiter, encoding }))
            const found = yield* readInBlocks(file, layout, units * 2)
            assert.deepStrictEqual(found.map(({ cells }) => cells), rows)
            assert.deepStrictEqual(found.map(({ line }) => line), linesOf(whole).slice(1))
            // A chunk is read alone, from its own bytes and line.
            for (const { bytes, line, cells } of found) {
              const reader = readBlock(layout, new Columns(layout.columns), bytes, line, true)
              assert.isTrue(reader.advance())
              assert.deepStrictEqual(reader.read().cells, cells)
              assert.strictEqual(reader.line, line)
              assert.isFalse(reader.advance())
            }
          }).pipe(Effect.runPromise),
      ),
      { numRuns: 300, seed: 20261125 },
    ))
})

describe("Rows.inspect: encodings", () => {
  it.effect("says that UTF-8 is certain where all bytes are UTF-8", () =>
    Effect.gen(function* () {
      const layout = yield* inspect("Email;Name\na@b.c;Noël\n")
      assert.strictEqual(layout.encoding, "utf-8")
      assert.strictEqual(layout.encodingFrom, "content")
    }))

  it.effect("guesses Windows-1252, and says so, where bytes aren't UTF-8", () =>
    Effect.gen(function* () {
      const { layout, rows } = yield* read(encode("Email;Name\na@b.c;Noël €\n", "windows-1252"))
      assert.strictEqual(layout.encoding, "windows-1252")
      assert.strictEqual(layout.encodingFrom, "guess")
      assert.deepStrictEqual(rows[0]?.cells, ["a@b.c", "Noël €"])
    }))

  it.effect("finds the one byte near the end of a large file that isn't UTF-8", () =>
    Effect.gen(function* () {
      const plain = encode("Email;Name\n" + "a@b.c;Doe\n".repeat(300_000), "utf-8")
      const layout = yield* inspect(concat(plain, encode("a@b.c;Noël\n", "windows-1252")))
      assert.strictEqual(layout.encoding, "windows-1252")
    }))

  it.effect("takes a letter that two blocks share for one", () =>
    Effect.gen(function* () {
      for (const shift of [0, 1, 2, 3]) {
        const file = "Email;Name\n" + "x".repeat(1024 ** 2 - 11 - shift) + "€é😀;x\n"
        assert.strictEqual((yield* inspect(file)).encodingFrom, "content", `${shift}`)
      }
    }))

  it.effect("keeps UTF-8 where a few rows of it are damaged, and rejects these", () =>
    Effect.gen(function* () {
      const file = concat(
        encode("Email;Name\na@b.c;Noël\nb@b.c;Éloïse\n", "utf-8"),
        encode("c@b.c;", "utf-8"),
        Uint8Array.of(0xc3, 0x28, 0x0a),
        encode("d@b.c;Zoé\n", "utf-8"),
      )
      const { layout, rows } = yield* read(file)
      assert.strictEqual(layout.encoding, "utf-8")
      assert.strictEqual(layout.encodingFrom, "guess")
      assert.deepStrictEqual(rows.map(({ problem }) => problem), [
        undefined,
        undefined,
        { column: "Name", problem: "it holds bytes that are no UTF-8" },
        undefined,
      ])
      assert.deepStrictEqual(rows[3]?.cells, ["d@b.c", "Zoé"])
    }))

  it.effect("rejects a byte that is no letter in Windows-1252, and half a letter in UTF-16", () =>
    Effect.gen(function* () {
      const bad = concat(encode("Email\n", "utf-8"), Uint8Array.of(0x81, 0x0a, 0xe9, 0x0a))
      const windows = yield* read(bad, Rows.csv({ encoding: "windows-1252" }))
      assert.deepStrictEqual(windows.rows.map(({ problem }) => problem?.problem), [
        "it holds bytes that are no Windows-1252",
        undefined,
      ])
      const half = yield* read(concat(mark("utf-16le"), encode("Email\nx\ud800y\nz\n", "utf-16le")))
      assert.deepStrictEqual(half.rows.map(({ problem }) => problem?.problem), [
        "it holds bytes that are no UTF-16",
        undefined,
      ])
    }))

  it.effect("never gives U+FFFD for what it can't read", () =>
    Effect.gen(function* () {
      for (let byte = 0x80; byte < 0x100; byte++) {
        const file = concat(encode("Email\nNoël Zoé\n", "utf-8"), Uint8Array.of(byte, 0x0a))
        for (const encoding of ["utf-8", "windows-1252", "iso-8859-15"] as const) {
          const { rows } = yield* read(file, Rows.csv({ encoding }))
          for (const { cells } of rows) assert.notInclude(JSON.stringify(cells), "\ufffd")
        }
      }
    }))

  it.effect("ISO-8859-15 differs from Windows-1252 as its table says", () =>
    Effect.gen(function* () {
      const letters = "€ŠšŽžŒœŸéÿ"
      const file = encode(`Name\n${letters}\n`, "iso-8859-15")
      const { rows } = yield* read(file, Rows.csv({ encoding: "iso-8859-15" }))
      assert.deepStrictEqual(rows[0]?.cells, [letters])
    }))
})

describe("Rows.inspect: delimiters and headers", () => {
  it.effect("reads `sep=;` as the delimiter, and counts its line", () =>
    Effect.gen(function* () {
      const { layout, rows } = yield* read("sep=;\r\nEmail;Name, given\r\na@b.c;x,y\r\n")
      assert.strictEqual(layout.delimiter, ";")
      assert.strictEqual(layout.delimiterFrom, "mark")
      assert.deepStrictEqual(layout.columns, ["Email", "Name, given"])
      assert.deepStrictEqual(rows.map(({ line }) => line), [3])
    }))

  it.effect("takes the delimiter that all rows agree on, not the one that is there most", () =>
    Effect.gen(function* () {
      const { layout } = yield* read("Email;Note\na@b.c;1, 2, 3, 4\nd@e.f;5, 6\n")
      assert.strictEqual(layout.delimiter, ";")
      assert.strictEqual(layout.delimiterFrom, "content")
    }))

  it.effect("says that a delimiter is a guess where some rows don't fit", () =>
    Effect.gen(function* () {
      const { layout, rows } = yield* read("Email;Note\na@b.c;x\nd@e.f\ng@h.i;x;y\n")
      assert.strictEqual(layout.delimiterFrom, "guess")
      assert.deepStrictEqual(rows.map(({ line, problem }) => [line, problem?.problem]), [
        [2, undefined],
        [3, "it has 1 cells, and the header 2"],
        [4, "it has 3 cells, and the header 2"],
      ])
    }))

  it.effect("reads a file of one column", () =>
    Effect.gen(function* () {
      const { layout, rows } = yield* read("Email\na@b.c\n\nd@e.f")
      assert.deepStrictEqual(layout.columns, ["Email"])
      assert.deepStrictEqual(rows.map(({ line, cells }) => [line, ...cells]), [
        [2, "a@b.c"],
        [4, "d@e.f"],
      ])
    }))

  it.effect("leaves out lines that hold nothing, or delimiters alone", () =>
    Effect.gen(function* () {
      const { rows } = yield* read('\n\nEmail;Name\n\n;\na@b.c;x\n;;;\n\n"";\n')
      assert.deepStrictEqual(rows.map(({ line }) => line), [6, 9])
    }))

  it.effect("takes names that are given for a file without a header", () =>
    Effect.gen(function* () {
      const { layout, rows } = yield* read("a@b.c,Doe\nd@e.f,Roe\n", Rows.csv({ header }))
      assert.deepStrictEqual(layout.columns, header)
      assert.strictEqual(rows.length, 2)
    }))

  it.effect("refuses a header with a name that stands twice, or without any name", () =>
    Effect.gen(function* () {
      const twice = yield* failing(inspect("Email,Name,Email\n"))
      assert.strictEqual(twice.reason, "Header")
      assert.include(twice.message, '"Email"')
      assert.strictEqual((yield* failing(inspect('"",""\na,b\n'))).reason, "Header")
    }))

  it.effect("doesn't show what stands in the place of a header when that is a contact", () =>
    Effect.gen(function* () {
      const error = yield* failing(inspect("a@canary.example,0612345678,a@canary.example\n"))
      assert.notInclude(error.message, "canary")
    }))
})

describe("Rows.inspect: what is no file of rows", () => {
  const reasonOf = (file: Uint8Array | string) =>
    Effect.map(failing(inspect(file)), ({ reason }) => reason)

  it.effect("refuses an empty file, with a mark or with blank lines alone", () =>
    Effect.gen(function* () {
      for (const file of ["", "\ufeff", "\n\n", " "]) {
        assert.include(["Empty", "Header"], yield* reasonOf(file), JSON.stringify(file))
      }
      assert.strictEqual(yield* reasonOf(mark("utf-16le")), "Empty")
      assert.strictEqual(
        (yield* failing(inspect("\n \n", Rows.ndjson()))).reason,
        "Empty",
      )
    }))

  it.effect("refuses a spreadsheet with the words that help", () =>
    Effect.gen(function* () {
      const error = yield* failing(inspect(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 6, 0)))
      assert.strictEqual(error.reason, "Binary")
      assert.include(error.message, "CSV UTF-8")
      assert.strictEqual(yield* reasonOf(encode("%PDF-1.7\n", "utf-8")), "Binary")
      assert.strictEqual(yield* reasonOf(Uint8Array.from({ length: 300 }, (_, at) => at)), "Binary")
    }))

  it.effect("names the line of a quote that is never closed", () =>
    Effect.gen(function* () {
      const error = yield* failing(read('Email,Name\na@b.c,x\nd@e.f,"Roe\ng@h.i,x\n'))
      assert.strictEqual(error.reason, "UnclosedQuote")
      assert.strictEqual(error.line, 3)
      assert.strictEqual((yield* failing(inspect('Email,"Name\na,b\n'))).line, 1)
    }))

  it.effect("gives up on a quote or a row that goes on for more than four megabytes", () =>
    Effect.gen(function* () {
      const filler = `${"x".repeat(99)}\n`.repeat(60_000)
      const quote = yield* failing(read(`Email,Name\na@b.c,"${filler}`))
      assert.strictEqual(quote.reason, "UnclosedQuote")
      assert.strictEqual(quote.line, 2)
      const row = yield* failing(read(`Email,Name\na@b.c,${"x".repeat(6_000_000)}\n`))
      assert.strictEqual(row.reason, "RecordTooLong")
      assert.strictEqual(row.line, 2)
    }))

  it.effect("reads a cell of a megabyte", () =>
    Effect.gen(function* () {
      const long = "é".repeat(524_288)
      const { rows } = yield* read(`Email,Note\na@b.c,${long}\nd@e.f,x\n`)
      assert.strictEqual(rows[0]?.cells[1], long)
      assert.strictEqual(rows[1]?.line, 3)
    }))

  it.effect("rejects a row with text behind a closing quote, and not its neighbours", () =>
    Effect.gen(function* () {
      const { rows } = yield* read('Email,Name\na@b.c,"x" y\nd@e.f,"x""y"\n"g"h"\n@i",z\n')
      assert.deepStrictEqual(rows.map(({ line, problem }) => [line, problem === undefined]), [
        [2, false],
        [3, true],
        [4, false],
        [5, true],
      ])
    }))
})

describe("Rows.stream: NDJSON", () => {
  it.effect("reads an object a line, with columns as they come", () =>
    Effect.gen(function* () {
      const { layout, rows } = yield* read(
        '{"Email":"a@b.c","n":1}\r\n\n{"n":2.5,"ok":true,"tags":["x",null],"Email":"é"}\n{}',
        Rows.ndjson(),
      )
      assert.deepStrictEqual(layout.columns, ["Email", "n", "ok", "tags"])
      assert.deepStrictEqual(rows.map(({ line, cells }) => [line, [...cells]]), [
        [1, ["a@b.c", 1]],
        [3, ["é", 2.5, true, ["x", null]]],
        [4, []],
      ])
    }))

  it.effect("rejects a line that is no object of values, and not its neighbours", () =>
    Effect.gen(function* () {
      const lines = [
        '{"Email":"a@b.c"}',
        '{"Email":',
        "[1]",
        "null",
        '{"Email":{"a":1}}',
        '{"n":12345678901234567890}',
        '{"n":"\\ud800"}',
        '{"n":[["x"]]}',
        '{"__proto__":"x","Email":"z@b.c"}',
      ]
      const { rows } = yield* read(lines.join("\n"), Rows.ndjson())
      assert.deepStrictEqual(
        rows.map(({ problem }) => problem?.problem.split(" ").slice(0, 4).join(" ")),
        [
          undefined,
          "it is no JSON",
          "it is no JSON",
          "it is no JSON",
          "it is an object",
          "a number beyond ±2^53",
          "it holds half a",
          "it is an object",
          undefined,
        ],
      )
      assert.deepStrictEqual(rows.map(({ line }) => line), [1, 2, 3, 4, 5, 6, 7, 8, 9])
    }))

  it.effect("reads blocks of any size", () =>
    Effect.gen(function* () {
      const file = encode('{"a":"é"}\n\n{"a":"😀"}\r\n{"a":"z"}', "utf-8")
      const layout = yield* inspect(file, Rows.ndjson())
      for (let size = 1; size < 40; size++) {
        const rows = yield* readInBlocks(file, layout, size)
        assert.deepStrictEqual(rows.map(({ line, cells }) => [line, cells[0]]), [
          [1, "é"],
          [3, "😀"],
          [4, "z"],
        ])
      }
    }))
})
