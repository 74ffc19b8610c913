import { assert, describe, it } from "@effect/vitest"
import { Account, type AccountField, NoUnicity, type ValueList } from "@effect-np6/targets"
import { Result } from "effect"
import { problemsIn, run } from "../harness/typescript.ts"

const field = (
  id: number,
  type: string,
  name: string,
  more: Partial<AccountField> = {},
): AccountField => ({ id, type, name, isUnicity: false, isMandatory: false, ...more })

const list = (id: number, ...labels: ReadonlyArray<string>): ValueList => ({
  id,
  name: `List ${id}`,
  ordered: false,
  values: labels.map((value, index) => ({ index: index + 1, value })),
})

const email = field(1, "email", "Email", { isUnicity: true, isMandatory: true })

const write = (
  fields: ReadonlyArray<AccountField>,
  valueLists: ReadonlyArray<ValueList> = [],
): string => Result.getOrThrow(Account.modelSource({ fields, valueLists }))

/** The names that a model has, with the ids of their fields. */
const namesIn = (source: string): ReadonlyArray<readonly [name: string, id: number]> => {
  const { Contact } = run(source) as { Contact: { fields: Record<string, { id: number }> } }
  return Object.entries(Contact.fields).map(([name, { id }]) => [name, id] as const)
}

const namesOf = (...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  namesIn(write([email, ...names.map((name, at) => field(at + 10, "textField", name))]))
    .slice(1).map(([name]) => name)

const usual = write(
  [
    email,
    field(2, "textField", "Prénom du client", {
      constraint: { operator: "SmallerOrEqual", value: "150" },
    }),
    field(3, "phone", "Téléphone"),
    field(4, "textArea", "Notes"),
    field(5, "date", "Date de naissance"),
    field(6, "numeric", "CA", { constraint: { operator: "Greater", value: "0" } }),
    field(7, "singleSelectList", "civilité", { valueListId: 1227, isMandatory: true }),
    field(8, "multipleSelectList", "Intérêts", { valueListId: 8 }),
    field(9, "singleSelectList", "Source", { valueListId: 404 }),
    field(10, "multipleSelectList", "Tags"),
    field(11, "geo", "Lieu", { constraint: { operator: 9, value: "x" } }),
  ],
  [list(1227, "Mr", "Mme"), list(8, "Musique classique", "Littérature", "Cinéma", "Théâtre")],
)

describe("Account.modelSource", () => {
  it("writes a field of each type with its comment", () =>
    assert.strictEqual(
      usual,
      `\
// Written by Account.modelSource. Write it again when the fields of the account change.
import { FieldValue, TargetModel } from "@effect-np6/targets"
import { Schema } from "effect"

/** The contacts of the account. */
export const Contact = TargetModel.make({
  /** "Email": email, unicity, mandatory. */
  email: TargetModel.text(1),
  /** "Prénom du client": textField, length <= 150. */
  prenomDuClient: TargetModel.text(2),
  /** "Téléphone": phone. */
  telephone: TargetModel.text(3),
  /** "Notes": textArea. */
  notes: TargetModel.text(4),
  /** "Date de naissance": date, an instant (for a birthday or another day take TargetModel.day). */
  dateDeNaissance: TargetModel.date(5),
  /** "CA": numeric, value > 0. */
  ca: TargetModel.number(6),
  /** "civilité": singleSelectList, mandatory. */
  civilite: TargetModel.choice(7, ["Mr", "Mme"]),
  /** "Intérêts": multipleSelectList. */
  interets: TargetModel.choices(8, [
    "Musique classique",
    "Littérature",
    "Cinéma",
    "Théâtre",
  ]),
  /** "Source": singleSelectList, its labels are not known. */
  source: TargetModel.text(9),
  /** "Tags": multipleSelectList, its labels are not known. */
  tags: TargetModel.field(10, Schema.Array(Schema.String)),
  /** "Lieu": geo. */
  lieu: TargetModel.field(11, FieldValue),
}, { unicity: "email" })

/** A contact as NP6 returns it. */
export type Contact = TargetModel.TypeOf<typeof Contact>
`,
    ))

  it("imports what it needs and no more", () => {
    const source = write([email])
    assert.include(source, 'import { TargetModel } from "@effect-np6/targets"\n\n')
    assert.notInclude(source, '"effect"')
  })

  it("finds a unicity of several fields, in the account's order", () => {
    const source = write([
      field(3, "textField", "Nom", { isUnicity: true }),
      field(2, "textField", "Ville"),
      email,
    ])
    assert.include(source, '}, { unicity: ["nom", "email"] })')
  })

  it("fails where no field is part of the unicity", () => {
    for (const fields of [[], [field(2, "textField", "Ville")]]) {
      const failure = Result.getOrThrow(
        Result.flip(Account.modelSource({ fields, valueLists: [] })),
      )
      assert.instanceOf(failure, NoUnicity)
      assert.include(failure.message, "isUnicity")
    }
  })

  it("makes readable names", () =>
    assert.deepStrictEqual(
      namesOf(
        "dateNaissance",
        "DATE_DE_NAISSANCE",
        "IDClientWeb",
        "CA 2024",
        "Cœur de cible",
        "Größe",
        "Numéro n° 2",
        "l'adresse (ligne 2)",
        "имя клиента",
        "수신 동의",
      ),
      [
        "dateNaissance",
        "dateDeNaissance",
        "idClientWeb",
        "ca2024",
        "coeurDeCible",
        "grosse",
        "numeroN2",
        "lAdresseLigne2",
        "имяКлиента",
        "수신동의",
      ],
    ))

  it("names what has no letters, begins with a digit, or would hide what every object has", () =>
    assert.deepStrictEqual(
      namesOf("", "🎂", "__", "3 mois", "constructor", "To String", "class", "__proto__"),
      [
        "field10",
        "field11",
        "field12",
        "field3Mois",
        "fieldConstructor",
        "fieldToString",
        "class",
        "proto",
      ],
    ))

  it("puts the id behind names that become the same, the first one apart", () =>
    assert.deepStrictEqual(
      namesOf("Prénom", "prenom", "PRENOM", "Prenom 14", "Prenom", "prenom14"),
      ["prenom", "prenom11", "prenom12", "prenom14", "prenom14_", "prenom1415"],
    ))

  it("writes labels as literals, one for each that NP6 can tell apart", () => {
    const labels = ['"quoted"', "back\\slash", "`${tick}`", "line\nbreak\u2028", "*/", "\u202e", ""]
    const source = write(
      [email, field(2, "multipleSelectList", "List", { valueListId: 1 })],
      [list(1, ...labels, "Mr", "MR", "Mr", "É", "E\u0301")],
    )
    assert.notMatch(source, /[\u2028\u202e]/)
    const { Contact } = run(source) as {
      Contact: { encode: (values: unknown) => Result.Result<{ readonly values: unknown }, unknown> }
    }
    const written = [...labels.slice(0, 6), "Mr", "É"]
    const encoded = Result.getOrThrow(Contact.encode({ email: "a@b.c", list: written }))
    assert.deepStrictEqual(encoded.values, { 1: "a@b.c", 2: written })
    assert.isTrue(Result.isFailure(Contact.encode({ email: "a@b.c", list: ["E\u0301"] })))
  })

  it("keeps a comment a comment, whatever the account calls its fields", () => {
    const source = write([
      email,
      field(2, "*/ throw 1 /*", "*/ throw 2 //\n throw 3\u2028@deprecated \ud800"),
    ])
    assert.include(
      source,
      '/** "* / throw 2 //  throw 3 (at)deprecated  ": * / throw 1 /*. */',
    )
    assert.deepStrictEqual(namesIn(source), [["email", 1], ["throw2Throw3Deprecated", 2]])
  })

  it("writes what type-checks, for every account above and for hostile ones", () => {
    const hostile = [
      "class",
      "default",
      "constructor",
      "toString",
      "valueOf",
      "__proto__",
      "prototype",
      "then",
      "length",
      "fields",
      "hasOwnProperty",
      "🎂",
      "",
      " ",
      "3 mois",
      "Prénom",
      "prenom",
      "имя",
      "ﬁn",
      "a\u200db",
      "Ⅷ",
      "½",
      "𝒳 axis",
      "ตำบล",
      "नाम",
      "`${x}`",
      "*/",
      "'",
      '"',
      "\\",
      "\u2028",
    ]
    const use = `
      export const least: TargetModel.NewValuesOf<typeof Contact> = { email: "a@b.c" }
      // @ts-expect-error -- the unicity is missing
      export const none: TargetModel.NewValuesOf<typeof Contact> = {}
    `
    const sources = {
      usual: `${usual}
        export const values: TargetModel.NewValuesOf<typeof Contact> = {
          email: "a@b.c",
          civilite: "Mr",
          interets: ["Cinéma"],
          tags: ["anything"],
          ca: 4.5,
          lieu: [1, "x", null],
        }
        // @ts-expect-error -- no label of the list
        export const wrong: TargetModel.NewValuesOf<typeof Contact> = { email: "", civilite: "Dr" }
        export const title = (contact: Contact): "Mr" | "Mme" | null | undefined =>
          contact.values.civilite
      `,
      hostile: write([
        email,
        ...hostile.flatMap((name, at) => [
          field(at + 100, "textField", name),
          field(at + 200, "singleSelectList", name, { valueListId: 1 }),
          field(at + 300, name, name),
        ]),
      ], [list(1, ...hostile)]) + use,
      several: write([email, field(2, "textField", "имя", { isUnicity: true })]),
    }
    assert.deepStrictEqual(problemsIn(sources), { usual: [], hostile: [], several: [] })
    assert.lengthOf(namesIn(sources.hostile), 1 + 3 * hostile.length)
  }, 60_000)
})
