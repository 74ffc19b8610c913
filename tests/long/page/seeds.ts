/** Accounts to look at. */
import { defaultSeed, type SandboxSeed } from "@effect-np6/targets/sandbox"

/** Three contacts, of whom one has all that a contact can have. */
export const people: SandboxSeed = {
  fields: [
    ...defaultSeed.fields,
    { id: 8109, name: "Prénom", type: "textField", constraint: { operator: 4, value: "150" } },
  ],
  segments: [
    ...defaultSeed.segments,
    {
      id: 14091,
      name: "BAT TEST",
      type: "static",
      description: "Proofs",
      isTest: true,
      expiration: "2031-10-01T10:55:00Z",
    },
  ],
  targets: [
    {
      id: "000ABCD1",
      fields: {
        8101: "Mrs",
        8102: "Dupont",
        8103: "jane@example.com",
        8106: 12,
        8107: ["Books", "Music"],
      },
      segments: [12345, 14105],
      bounce: [{
        field: 8103,
        type: 52,
        timestamp: "1465831160",
        reason: "5.1.1 (bad destination mailbox address)",
      }],
      redList: { mail: { timestamp: "1465831160", reason: 4 }, sms: { reason: 6 } },
    },
    { fields: { 8103: "john@example.com", 8102: "Müller" }, segments: [12346] },
    { fields: { 8103: "zoë+news@example.org" } },
  ],
}

/** Text that would be more than text, if the page wrote it as HTML. */
export const hostile: SandboxSeed = {
  fields: [
    { id: 1, name: "<b>Key</b>", type: "textField", isUnicity: true },
    { id: 2, name: "<img src=x onerror=alert(2)>", type: "singleSelectList", values: ["<i>a</i>"] },
  ],
  segments: [{
    id: 1,
    name: "</script><script>alert(3)</script>",
    type: "static",
    description: "<u>d</u>",
  }],
  targets: [{
    fields: { 1: "<img src=x onerror=alert(1)>", 2: "<i>a</i>" },
    segments: [1],
    bounce: [{ field: 1, type: 6, timestamp: "<s>t</s>", reason: "<s>r</s>" }],
    redList: { mail: { reason: "<s>q</s>" } },
  }],
}

/** More contacts than the page shows at once. */
export const many: SandboxSeed = {
  targets: Array.from({ length: 250 }, (_, n) => ({ fields: { 8103: `c${n}@example.com` } })),
}

/** People are told apart by two fields. */
export const pairs: SandboxSeed = {
  fields: [
    { id: 1, name: "Email", type: "email", isUnicity: true },
    { id: 2, name: "Shop", type: "textField", isUnicity: true },
  ],
  targets: [
    { fields: { 1: "jane@example.com", 2: "Lyon" } },
    { fields: { 1: "jane@example.com", 2: "Nice" } },
  ],
}
