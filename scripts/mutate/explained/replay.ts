import type { Reason } from "../reason.ts"

export const replay: ReadonlyArray<Reason> = [
  {
    file: "src/internal/attempts.ts",
    why: "The key of a context: any that nobody else has will do.",
    lines: {
      '"@effect-np6/targets/CurrentAttempts",': ['"@effect-np6/targets/CurrentAttempts" => ""'],
    },
  },
  {
    file: "src/internal/call.ts",
    why: "The key of a context: any that nobody else has will do.",
    lines: {
      '"@effect-np6/targets/CurrentRetryPolicy",': [
        '"@effect-np6/targets/CurrentRetryPolicy" => ""',
      ],
    },
  },
  {
    file: "src/internal/call.ts",
    why: "Saves the cost of a stack trace, which nothing shows.",
    lines: {
      "Effect.withParentSpan(run(connection, endpoint, url, parts, fiber, span), span, {": [
        "{ captureStackTrace: false, } => {}",
      ],
      "captureStackTrace: false,": ["false => true"],
    },
  },
  {
    file: "src/internal/call.ts",
    why:
      "The last guard before a request to another endpoint. Nothing comes to it, because the arguments are checked before; tests/internal/urls holds what it asks.",
    lines: {
      "return url === undefined ? elsewhere : Result.succeed({ parts, url })": [
        "url === undefined => false",
      ],
      "const elsewhere: Result.Result<never, Refusal> = Result.fail({": [
        '{ input: "arguments", problem: "they make a request to another endpoint", } => {}',
      ],
      'input: "arguments",': ['"arguments" => ""'],
      'problem: "they make a request to another endpoint",': [
        '"they make a request to another endpoint" => ""',
      ],
    },
  },
  {
    file: "src/internal/call.ts",
    why: "One more word among those that were sent, which no answer has.",
    lines: {
      "const secrets = [Redacted.value(connection.apiKey), ...parts.personal ?? []]": [
        '[] => ["Stryker was here"]',
      ],
    },
  },
  {
    file: "src/internal/call.ts",
    why: "For the compiler: where traces are propagated there is a span.",
    lines: {
      "if (!connection.propagateTrace || span === undefined) return undefined": [
        "span === undefined => false",
        "!connection.propagateTrace || span === undefined => !connection.propagateTrace && span === undefined",
      ],
    },
  },
  {
    file: "src/internal/call.ts",
    why: "tests/internal/statuses holds what is below 200; no transport gives it but as 0.",
    lines: {
      "const isRedirect = head.status === 0 || (head.status >= 300 && head.status < 400)": [
        "head.status >= 300 => true",
      ],
    },
  },
  {
    file: "src/internal/call.ts",
    why: "400 is a bad request, which was looked for before.",
    lines: {
      "const isRedirect = head.status === 0 || (head.status >= 300 && head.status < 400)": [
        "head.status < 400 => head.status <= 400",
      ],
    },
  },
  {
    file: "src/internal/endpoints.ts",
    why: "What only reads is always repeated, and of `create` only `always` would be.",
    lines: {
      'replay: "always",': ['"always" => ""', '"always" => ""', '"always" => ""'],
      'replay: "unapplied",': ['"unapplied" => ""'],
    },
  },
  {
    file: "src/internal/retry.ts",
    why: "A ratio of 0 earns 0.",
    lines: {
      "if (ratio > 0) spending.spent = Math.max(0, spending.spent - ratio)": [
        "ratio > 0 => ratio >= 0",
      ],
    },
  },
  {
    file: "src/internal/retry.ts",
    why: "Neither is a number or a date.",
    lines: {
      'const text = header?.trim() ?? ""': ['"" => "Stryker was here!"'],
    },
  },
  {
    file: "src/internal/retry.ts",
    why: "A zone that isn't at the end makes no date of HTTP.",
    lines: {
      "const millis = Date.parse(/ (?:GMT|UTC|Z)$/.test(text) ? text : `${text} GMT`)": [
        "/ (?:GMT|UTC|Z)$/ => / (?:GMT|UTC|Z)/",
      ],
    },
  },
]
