import type { Reason } from "../reason.ts"

export const bulk: ReadonlyArray<Reason> = [
  {
    file: "src/Bulk.ts",
    why: "Its call refuses what can't be read, at once: any key will do, and none.",
    lines: {
      "} catch {": ["{ // It can't be read, so its call refuses it: that must not… => {}"],
      'return ""': ['"" => "Stryker was here!"'],
    },
  },
  {
    file: "src/Bulk.ts",
    why:
      "What the mutant reports, and the compiler refuses, has no id and no unicity: it is nobody's.",
    lines: {
      "const nothingFound: DeletionReport = { deleted: [], complete: true }": [
        '[] => ["Stryker was here"]',
      ],
    },
  },
]
