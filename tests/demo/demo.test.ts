import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@effect-np6/targets/sandbox"
import { Effect, Layer, Redacted } from "effect"
import { readFile } from "node:fs/promises"
import { readContacts } from "../../scripts/demo/contacts.ts"
import { check } from "../../scripts/demo/report.ts"
import { makeProgress, Screen } from "../../scripts/demo/screen.ts"
import { demo } from "../../scripts/demo/story.ts"

const header = "Civility,Last name,E-mail,Phone,Birthday,Orders,Interests"

const read = (...lines: ReadonlyArray<string>) => readContacts([header, ...lines, ""].join("\n"))

/** Runs an effect before a screen that remembers, and gives what is on it. */
const watch = <E>(
  effect: Effect.Effect<unknown, E, Screen>,
  { hasColour = false, isTerminal = false } = {},
): Effect.Effect<string, E> =>
  Effect.suspend(() => {
    let output = ""
    const screen = Layer.succeed(Screen, {
      hasColour,
      isTerminal,
      write: (text) => Effect.sync(() => void (output += text)),
    })
    return Effect.as(effect, undefined).pipe(
      Effect.provide(screen),
      Effect.map(() => output),
    )
  })

describe("reading the contacts", () => {
  it.effect("takes each cell for what its column holds", () =>
    Effect.gen(function* () {
      const { badLines, contacts } = yield* read(
        `Mrs,"Dupont, née ""Lulu""",zoë+news@example.org,+33 6 39 98 00 01,1980-04-18,12,"Books, Sport"`,
      )
      assert.deepStrictEqual(badLines, [])
      assert.deepStrictEqual(contacts, [{
        line: 2,
        address: "zoë+news@example.org",
        values: {
          8101: "Mrs",
          8102: `Dupont, née "Lulu"`,
          8103: "zoë+news@example.org",
          8104: "+33 6 39 98 00 01",
          8105: "1980-04-18T00:00:00Z",
          8106: 12,
          8107: ["Books", "Sport"],
        },
      }])
    }))

  it.effect("writes nothing for an empty cell", () =>
    Effect.gen(function* () {
      const { contacts } = yield* read(",,o'brien@example.com,,,,")
      assert.deepStrictEqual(contacts.map((contact) => contact.values), [{
        8103: "o'brien@example.com",
      }])
    }))

  it.effect("says of a bad line where it is and why, and not what it says", () =>
    Effect.gen(function* () {
      const { badLines, contacts } = yield* read(
        "Mr,Secret, too many,a@example.com,,,,",
        "Captain,,b@example.com,,,,",
        ",,nobody,,,,",
        "Mr,,,,,,",
        ",,c@example.com,,1.2.1980,,",
        ",,d@example.com,,,twelve,",
        `,,e@example.com,,,,"Books, Secret"`,
        "",
        ",,f@example.com,,,,",
      )
      assert.deepStrictEqual(contacts.map((contact) => contact.line), [10])
      assert.deepStrictEqual(badLines, [
        { line: 2, problem: "8 cells, where the header has 7" },
        { line: 3, problem: `"Civility" isn't Mr or Mrs` },
        { line: 4, problem: `"E-mail" isn't an e-mail address` },
        { line: 5, problem: "no e-mail address" },
        { line: 6, problem: `"Birthday" isn't a day, as in 1979-05-28` },
        { line: 7, problem: `"Orders" isn't a number` },
        {
          line: 8,
          problem:
            `"Interests" isn't labels of the value list, with a comma and a space between them`,
        },
        { line: 9, problem: "an empty line" },
      ])
    }))

  it.effect("counts the lines of the file, whatever ends them and whatever cells hold them", () =>
    Effect.gen(function* () {
      const text = `\uFEFF${header}\r\n,"two\r\nlines",a@example.com,,,,\r\n,,b@example.com,,,,`
      const { contacts } = yield* readContacts(text)
      assert.deepStrictEqual(contacts.map((contact) => contact.line), [2, 4])
    }))

  it.effect("refuses what isn't a file of contacts", () =>
    Effect.gen(function* () {
      const columns = yield* Effect.flip(readContacts("Name,Mail\nA,a@example.com\n"))
      assert.strictEqual(columns._tag, "NotContacts")
      const empty = yield* Effect.flip(readContacts(""))
      assert.strictEqual(empty._tag, "NotContacts")
      const quote = yield* Effect.flip(read(`Mr,"open,a@example.com,,,,`))
      assert.strictEqual(quote._tag, "CsvError")
    }))

  it.effect("finds in the demo's own file all that makes a real one hard", () =>
    Effect.gen(function* () {
      const url = new URL("../../scripts/demo/contacts.csv", import.meta.url)
      const { badLines, contacts } = yield* readContacts(
        yield* Effect.promise(() => readFile(url, "utf8")),
      )
      const addresses = contacts.map((contact) => contact.address)
      const names = contacts.map((contact) => String(contact.values[8102] ?? ""))
      assert.isTrue(contacts.length >= 100 && contacts.length <= 130)
      assert.strictEqual(badLines.length, 1)
      assert.strictEqual(new Set(addresses).size, contacts.length - 1)
      for (const hard of [/\+/, /'/, /[^ -~]/, /[%&]/]) {
        assert.isTrue(addresses.some((address) => hard.test(address)), `an address with ${hard}`)
      }
      for (const hard of [/'/, /,/, /"/, /[^ -~]/, /^$/]) {
        assert.isTrue(names.some((name) => hard.test(name)), `a name with ${hard}`)
      }
      for (const address of addresses) {
        assert.match(address, /@(?:[a-z]+\.)*(?:example\.(?:com|org|net)|[a-z]+\.test)$/)
      }
    }))
})

describe("the progress line", () => {
  const turns = Effect.flatMap(
    makeProgress(10, "turns"),
    (advance) => Effect.forEach(Array.from({ length: 10 }), () => advance),
  )

  it.effect("is a line every quarter in a log", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* watch(turns)).split("\n"), [
        "   3 of 10 turns",
        "   5 of 10 turns",
        "   8 of 10 turns",
        "  10 of 10 turns",
        "",
      ])
    }))

  it.effect("is one line on a terminal, in colour only where that is wanted", () =>
    Effect.gen(function* () {
      const plain = yield* watch(turns, { isTerminal: true })
      const coloured = yield* watch(turns, { isTerminal: true, hasColour: true })
      for (const output of [plain, coloured]) {
        assert.strictEqual(output.split("\r").length, 11)
        assert.strictEqual(output.indexOf("\n"), output.length - 1)
      }
      assert.notInclude(plain, "\x1b")
      assert.include(coloured, "\x1b[32m")
    }))
})

describe("the demo", () => {
  const keys = Effect.map(Sandbox, (sandbox) => Object.values(sandbox.keys).map(Redacted.value))
    .pipe(Effect.provide(Sandbox.layer))

  it.live("does all it says, and its numbers are the server's", () =>
    Effect.gen(function* () {
      const output = yield* watch(demo)

      for (
        const name of [
          "Unauthorized",
          "Forbidden",
          "NotFound",
          "Conflict, UnicityTaken",
          "Conflict, AlreadyInSegment",
          "Conflict, DynamicSegment",
          "InvalidInput",
          "BadRequest",
          "RateLimited",
          "ServerError",
          "UnexpectedResponse",
          "TransportError",
        ]
      ) {
        assert.strictEqual(output.split(`\n  ${name} · `).length, 2, name)
      }
      assert.include(output, "Line 62 is skipped: 8 cells")
      assert.include(output, "Line 89 has the address of line 22")
      assert.include(output, "Request 1: the server deleted it; no answer")

      const count = (what: string): number =>
        Number(new RegExp(`^  ${what}.*?  +(\\d+) +\\d+ +\\d+ ms$`, "m").exec(output)?.[1])
      const claimed = (what: string): number =>
        Number(new RegExp(`^  ✓ ${what}: (\\d+)$`, "m").exec(output)?.[1])
      assert.strictEqual(count("Lines read"), 120)
      assert.strictEqual(count("Upserted: 118 created, 1 updated, 0 refused"), 119)
      assert.strictEqual(count("Errors met"), 12)
      const deleted = count("Deleted although") + count("Deleted one") + count("Deleted in bulk")
      assert.strictEqual(claimed("Targets left"), 118 - deleted)
      assert.strictEqual(claimed("Targets left that hold what the file says"), 118 - deleted)
      assert.strictEqual(output.split("✓").length, 8)
      assert.notInclude(output, "✗")
    }), 20_000)

  it.live(
    "shows neither a key nor an address, in a log and on a terminal",
    () =>
      Effect.gen(function* () {
        const log = yield* watch(demo)
        const terminal = yield* watch(demo, { hasColour: true, isTerminal: true })
        for (const output of [log, terminal]) {
          for (const secret of [...(yield* keys), "@", "nobody-s-key"]) {
            assert.notInclude(output, secret)
          }
        }
        assert.notInclude(log, "\r")
        assert.notInclude(log, "\x1b")
        assert.include(terminal, "\r")
      }),
    20_000,
  )

  it.live(
    "shows none of the contacts' addresses, names and numbers, in whatever encoding",
    () =>
      Effect.gen(function* () {
        const url = new URL("../../scripts/demo/contacts.csv", import.meta.url)
        const { contacts } = yield* readContacts(
          yield* Effect.promise(() => readFile(url, "utf8")),
        )
        const output = (yield* watch(demo)).toLowerCase()
        const personal = contacts.flatMap(({ address, values }) =>
          [address, address.split("@")[0], values[8102], values[8104]].map((value) => String(value))
        ).filter((text) => text.length >= 5 && text !== "undefined")
        assert.isAbove(personal.length, 300)
        for (const text of personal) {
          for (const form of [text, encodeURIComponent(text), btoa(encodeURIComponent(text))]) {
            assert.notInclude(output, form.toLowerCase())
          }
        }
      }),
    20_000,
  )

  it.effect("fails when a number isn't the server's", () =>
    Effect.gen(function* () {
      const claims = [
        { what: "Apples", program: 1, server: 1 },
        { what: "Pears", program: 2, server: 3 },
      ]
      const output = yield* watch(Effect.flip(check(claims)))
      assert.strictEqual(
        output,
        "  ✓ Apples: 1\n  ✗ Pears: 2 for the program, 3 for the server\n",
      )
    }))
})
