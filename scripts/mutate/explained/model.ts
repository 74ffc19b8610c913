import type { Reason } from "../reason.ts"

export const model: ReadonlyArray<Reason> = [
  {
    file: "src/internal/model/operations.ts",
    why: "The tag is for the compiler: what isn't `Other` is this.",
    lines: {
      '? Result.succeed({ _tag: "Unicity", value: elementsOf(value) })': ['"Unicity" => ""'],
    },
  },
]
