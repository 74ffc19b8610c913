/** An account as `GET /fields` and `GET /valueLists` tell of it: the one that imports are tried on. */
import type { AccountField, ValueList } from "@effect-np6/targets"

const field = (
  id: number,
  name: string,
  type: AccountField["type"],
  more: Partial<AccountField> = {},
): AccountField => ({ type, id, name, isUnicity: false, isMandatory: false, ...more })

const list = (id: number, name: string, ...values: ReadonlyArray<string>): ValueList => ({
  id,
  name,
  ordered: false,
  values: values.map((value, index) => ({ index, value })),
})

export const accountFields = {
  civility: field(8101, "Civilité", "singleSelectList", { valueListId: 1 }),
  name: field(8102, "Nom de famille", "textField", {
    constraint: { operator: "SmallerOrEqual", value: "20" },
  }),
  email: field(8103, "Email", "email", { isUnicity: true, isMandatory: true }),
  phone: field(8104, "Téléphone", "phone"),
  birthday: field(8105, "Né le", "date"),
  orders: field(8106, "Commandes", "numeric", {
    constraint: { operator: "GreaterOrEqual", value: "0" },
  }),
  interests: field(8107, "Centres d'intérêt", "multipleSelectList", { valueListId: 2 }),
  optIn: field(8108, "Opt-in", "singleSelectList", { valueListId: 3 }),
  note: field(8109, "Note", "textArea"),
  unlisted: field(8110, "Source", "singleSelectList"),
  odd: field(8111, "Position", "geo"),
}

export const account = {
  fields: Object.values(accountFields),
  valueLists: [
    list(1, "civilités", "Mr", "Mrs"),
    list(2, "intérêts", "news", "offers", "news | weekly"),
    list(3, "oui/non", "Oui", "Non"),
  ],
}
