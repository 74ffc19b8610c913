import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result } from "effect"
import type { CellOptions } from "../../src/targets/CellText.ts"
import * as CellText from "../../src/targets/CellText.ts"
import { labelsOf } from "../../src/data/labels.ts"

/** The value of a cell, or its problem as an object, so that no text can stand for both. */
const outcome = <A>(cell: CellText.Cell<A>): A | { readonly problem: string } =>
  Result.match(cell, {
    onSuccess: (value): A | { problem: string } => value,
    onFailure: (problem) => ({ problem }),
  })

const cases = <A>(
  name: string,
  read: (cell: string) => CellText.Cell<A>,
  table: ReadonlyArray<readonly [cell: string, expected: unknown]>,
): void => {
  for (const [cell, expected] of table) {
    it(`${name}: ${JSON.stringify(cell)}`, () => {
      assert.deepStrictEqual<unknown>(outcome(read(cell)), expected)
    })
  }
}

const problem = (problem: string) => ({ problem })

describe("CellText.readNumber", () => {
  const point = problem("it isn't a number like 1234.5")
  cases("with a decimal point", (cell) => CellText.readNumber(cell, {}), [
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["+5", 5],
    ["-12.50", -12.5],
    ["\u221212.5", -12.5],
    ["1 234", 1234],
    ["1 234 567.5", 1234567.5],
    ["1\u00a0234.5", 1234.5],
    ["1\u202f234.5", 1234.5],
    ["1'234.5", 1234.5],
    ["1,234.50", 1234.5],
    ["1,234,567.5", 1234567.5],
    ["1,234", point],
    ["1,5", point],
    ["1 23", point],
    ["1234 567", point],
    ["1 234'567", point],
    ["1.", point],
    [".5", point],
    ["--1", point],
    ["5 €", point],
    ["50%", point],
    ["0x10", point],
    ["Infinity", point],
    ["١٢", point],
    ...["3.36E+10", "33e10", "-3e-5", "1.25e5"].map((cell) =>
      [
        cell,
        problem("it is in scientific notation, as spreadsheets shorten long numbers"),
      ] as const
    ),
    ...["x3E10", "3E10x", "*3E10"].map((cell) => [cell, point] as const),
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", problem("a number beyond ±2^53 has lost digits")],
    ["9".repeat(400), problem("a number beyond ±2^53 has lost digits")],
  ])
  const comma = problem("it isn't a number like 1234,5")
  cases("with a decimal comma", (cell) => CellText.readNumber(cell, { decimal: "," }), [
    ["1 234,50", 1234.5],
    ["1\u00a0234,50", 1234.5],
    ["1\u202f234,50", 1234.5],
    ["-0,5", -0.5],
    ["1.234,50", 1234.5],
    ["12", 12],
    ["1.234", comma],
    ["12.5", comma],
    ["1,234.5", comma],
    ["1,2,3", comma],
    ["3,36E+10", problem("it is in scientific notation, as spreadsheets shorten long numbers")],
  ])
})

describe("CellText.readDay", () => {
  const order = (dates: "iso" | "dmy" | "mdy") => (cell: string) =>
    CellText.readDay(cell, { dates })
  const noYear = problem("its year doesn't have four digits")
  const noDay = problem("there is no such day")
  cases("iso", (cell) => CellText.readDay(cell, {}), [
    ["2026-11-25", "2026-11-25"],
    ["2026-1-5", "2026-01-05"],
    ["2026/11/25", "2026-11-25"],
    ["2026.11.25", "2026-11-25"],
    ["2026-11-25T10:30:00Z", "2026-11-25"],
    ["2026-11-25 23:59", "2026-11-25"],
    ["1980-05-17T00:00:00+02:00", "1980-05-17"],
    ["2024-02-29", "2024-02-29"],
    ["2026-02-29", noDay],
    ["2026-13-01", noDay],
    ["2026-00-10", noDay],
    ["0001-01-01", noDay],
    ["25/11/2026", problem("it isn't a date like 2026-11-25")],
    ["2026-11/25", problem("it isn't a date like 2026-11-25")],
    ["25 novembre 2026", problem("it isn't a date like 2026-11-25")],
    ["2026-11-25x", problem("it isn't a date like 2026-11-25")],
    ["x2026-11-25", problem("it isn't a date like 2026-11-25")],
    ["45986x5", problem("it isn't a date like 2026-11-25")],
    ...["45986", "45986.75", "45986,5"].map((cell) =>
      [
        cell,
        problem(
          "it is a bare number, as spreadsheets keep dates: give its column the format of a date",
        ),
      ] as const
    ),
  ])
  cases("dmy", order("dmy"), [
    ["25/11/2026", "2026-11-25"],
    ["5/1/2026", "2026-01-05"],
    ["25-11-2026", "2026-11-25"],
    ["25.11.2026 00:00:00", "2026-11-25"],
    ["2026-11-25", "2026-11-25"],
    ["11/25/2026", noDay],
    ["25/11/26", noYear],
    ["25/11/026", noYear],
    ["125/11/2026", noYear],
    ["hier", problem("it isn't a date like 25/11/2026")],
  ])
  cases("mdy", order("mdy"), [
    ["11/25/2026", "2026-11-25"],
    ["5/17/1980 12:00:00 AM", "1980-05-17"],
    ["25/11/2026", noDay],
    ["2026-11-25", "2026-11-25"],
    ["", problem("it isn't a date like 11/25/2026")],
  ])
})

describe("CellText.readInstant", () => {
  const iso = (cell: string, dates: CellOptions["dates"] = "iso") =>
    Result.map(CellText.readInstant(cell, { dates }), DateTime.formatIso)
  const noTime = problem("there is no such time of day")
  cases("iso", (cell) => iso(cell), [
    ["2026-11-25", "2026-11-25T00:00:00.000Z"],
    ["2026-11-25T10:30", "2026-11-25T10:30:00.000Z"],
    ["2026-11-25 9:05:07", "2026-11-25T09:05:07.000Z"],
    ["2026-11-25T10:30:15.250Z", "2026-11-25T10:30:15.250Z"],
    ["2026-11-25T10:30:00+02:00", "2026-11-25T08:30:00.000Z"],
    ["2026-11-25t10:30:00z", "2026-11-25T10:30:00.000Z"],
    ["2026-11-25T10:30:00-0500", "2026-11-25T15:30:00.000Z"],
    ["2026-11-25 25:00", noTime],
    ["2026-11-25 10:61", noTime],
    ["2026-11-25 0:30 pm", noTime],
    ["2026-11-25 13:30 pm", noTime],
  ])
  cases("mdy", (cell) => iso(cell, "mdy"), [
    ["11/25/2026 2:30 PM", "2026-11-25T14:30:00.000Z"],
    ["11/25/2026 1:05 pm", "2026-11-25T13:05:00.000Z"],
    ["11/25/2026 12:15 a.m.", "2026-11-25T00:15:00.000Z"],
    ["11/25/2026 12:15PM", "2026-11-25T12:15:00.000Z"],
  ])
})

describe("CellText.readLabel", () => {
  const title = labelsOf(["Mr", "Mrs", "Été"])
  cases("a label", (cell) => CellText.readLabel(cell, title), [
    ["MRS", "Mrs"],
    ["été", "Été"],
    ["e\u0301te\u0301", "Été"],
    ["Mrss", problem('it isn\'t one of "Mr", "Mrs", "Été": did you mean "Mrs"?')],
    ["Mrs.", problem('it isn\'t one of "Mr", "Mrs", "Été": did you mean "Mrs"?')],
    ["ete", problem('it isn\'t one of "Mr", "Mrs", "Été": did you mean "Été"?')],
    ["Docteur", problem('it isn\'t one of "Mr", "Mrs", "Été"')],
    ["?", problem('it isn\'t one of "Mr", "Mrs", "Été"')],
  ])

  it("finds the first of labels that are the same to NP6", () =>
    assert.deepStrictEqual<unknown>(
      outcome(CellText.readLabel("a", labelsOf(["A", "a"]))),
      "A",
    ))

  it("shows a dozen labels, and how many more there are", () => {
    const dozen = labelsOf(Array.from({ length: 12 }, (_, n) => `L${n}`))
    assert.deepStrictEqual(
      outcome(CellText.readLabel("unlike all of them", dozen)),
      problem(
        'it isn\'t one of "L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11"',
      ),
    )
    const many = labelsOf(Array.from({ length: 200 }, (_, n) => `L${n}`))
    assert.deepStrictEqual(
      outcome(CellText.readLabel("unlike all of them", many)),
      problem(
        'it isn\'t one of "L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11" and 188 more',
      ),
    )
  })
})

describe("CellText.readLabels", () => {
  const interests = labelsOf(["Books", "Music", "Film | TV", "Film", "TV"])
  const all = '"Books", "Music", "Film | TV", "Film", "TV"'
  cases("labels", (cell) => CellText.readLabels(cell, interests, {}), [
    ["books", ["Books"]],
    ["Music|books", ["Music", "Books"]],
    [" Music | books | ", ["Music", "Books"]],
    ["Music|MUSIC", ["Music"]],
    ["film | tv", ["Film | TV"]],
    ["TV | Film", ["TV", "Film"]],
    ["|", problem("it has no label")],
    ["Books|Musik", problem(`it isn't one of ${all}: did you mean "Music"?`)],
    ["Books;Music", problem(`it isn't one of ${all} (several are separated by "|")`)],
  ])
  cases("labels with a comma", (cell) => CellText.readLabels(cell, interests, { lists: "," }), [
    ["Books, Music", ["Books", "Music"]],
  ])
})

describe("CellText.readFlag", () => {
  const optIn = labelsOf<string | number>(["Oui", "Non"])
  const customer = labelsOf<string | number>([1, 0])
  const flags = { yes: ["Yes", "x"], no: ["No", "Oui"] }
  cases("by the field's labels", (cell) => CellText.readFlag(cell, optIn, {}), [
    ["OUI", true],
    ["non", false],
    ["yes", problem('it isn\'t one of "Oui", "Non"')],
  ])
  cases("by the file's labels too", (cell) => CellText.readFlag(cell, optIn, { flags }), [
    ["X", true],
    ["NO", false],
    // The field's own come first.
    ["oui", true],
    ["o", problem('it isn\'t one of "Oui", "Non", "Yes", "x", "No", "Oui": did you mean "No"?')],
  ])
  cases("by numbers", (cell) => CellText.readFlag(cell, customer, {}), [
    ["1", true],
    ["0", false],
    ["2", problem('it isn\'t one of "1", "0"')],
  ])
})

describe("CellText.checkCell", () => {
  cases("a cell", CellText.checkCell, [
    ["Élodie", "Élodie"],
    [
      "\ufffdlodie",
      problem(
        "it holds U+FFFD, which stands for letters that were read in the wrong encoding",
      ),
    ],
  ])
})
