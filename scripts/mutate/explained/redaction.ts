import type { Reason } from "../reason.ts"

export const redaction: ReadonlyArray<Reason> = [
  {
    file: "src/internal/issue.ts",
    why: "For the compiler: the formatter finds at least one problem, with a path and a message.",
    lines: {
      'return { path: pathOf(first?.path ?? []), problem: first?.message ?? "invalid" }': [
        '[] => ["Stryker was here"]',
        '"invalid" => ""',
        "first?.path => first.path",
        "first?.message => first.message",
      ],
    },
  },
  {
    file: "src/internal/redact.ts",
    why: "A short way: without pieces none is found.",
    lines: {
      "if (pieces.size === 0) return false": ["pieces.size === 0 => false"],
    },
  },
  {
    file: "src/internal/redact.ts",
    why: "A short way: nothing is left of nothing.",
    lines: {
      'if (start === "") return ""': ['start === "" => false', '"" => "Stryker was here!"'],
    },
  },
  {
    file: "src/internal/redact.ts",
    why: "A short way: what isn't there is no JSON, and stays nothing.",
    lines: {
      'if (text === "") return ""': ['text === "" => false', '"" => "Stryker was here!"'],
    },
  },
]
