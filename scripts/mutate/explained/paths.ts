import type { Reason } from "../reason.ts"

export const paths: ReadonlyArray<Reason> = [
  {
    file: "src/internal/input.ts",
    why: "One more word among those that were sent, which no answer has.",
    lines: {
      "personal: [...a.personal ?? [], ...b.personal ?? []],": [
        '[] => ["Stryker was here"]',
        '[] => ["Stryker was here"]',
      ],
      '(value) => selectionBody("id", value, []),': ['[] => ["Stryker was here"]'],
      '(value) => selectionBody("segment", value, []),': ['[] => ["Stryker was here"]'],
    },
  },
  {
    file: "src/internal/connection.ts",
    why: "A host that ends in a number is an IPv4 address, written out in full, or no URL.",
    lines: {
      "/^127(?:\\.\\d{1,3}){3}$/.test(hostname)": [
        "/^127(?:\\.\\d{1,3}){3}$/ => /127(?:\\.\\d{1,3}){3}$/",
      ],
    },
  },
]
