import type { Reason } from "../reason.ts"

export const values: ReadonlyArray<Reason> = [
  {
    file: "src/internal/optional.ts",
    why:
      "The schema is a union, whose first member writes every value there is: nothing comes here.",
    lines: {
      'encode: SchemaGetter.forbidden(() => "an empty value is written in its own form"),': [
        '"an empty value is written in its own form" => ""',
        '() => "an empty value is written in its own form" => () => undefined',
      ],
    },
  },
  {
    file: "src/Errors.ts",
    why: "As of a method of a class; nothing defines it anew.",
    lines: {
      "configurable: true,": ["true => false", "true => false"],
      "writable: true,": ["true => false"],
    },
  },
  {
    file: "src/Field.ts",
    why: "The name of a brand: only the types have it.",
    lines: {
      ').pipe(Schema.brand("FieldId"))': ['"FieldId" => ""'],
    },
  },
  {
    file: "src/SegmentId.ts",
    why: "The name of a brand: only the types have it.",
    lines: {
      ').pipe(Schema.brand("SegmentId"))': ['"SegmentId" => ""'],
    },
  },
  {
    file: "src/TargetId.ts",
    why: "The name of a brand: only the types have it.",
    lines: {
      ').pipe(Schema.brand("TargetId"))': ['"TargetId" => ""'],
    },
  },
  {
    file: "src/Unicity.ts",
    why: "An empty array is refused before, and the rest is of criteria too.",
    lines: {
      'Schema.TupleWithRest(Schema.Tuple([Criterion]), [Criterion]).pipe(Schema.brand("Unicity")),':
        ["[Criterion] => []"],
    },
  },
  {
    file: "src/Unicity.ts",
    why: "The name of a brand: only the types have it.",
    lines: {
      'Schema.TupleWithRest(Schema.Tuple([Criterion]), [Criterion]).pipe(Schema.brand("Unicity")),':
        ['"Unicity" => ""'],
    },
  },
]
