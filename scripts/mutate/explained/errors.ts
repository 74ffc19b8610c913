import type { Reason } from "../reason.ts"

export const errors: ReadonlyArray<Reason> = [
  {
    file: "src/internal/deadlines.ts",
    why: "For the compiler: where there is a first, there is a last.",
    lines: {
      "else if (last !== undefined) last.next = entry": ["last !== undefined => true"],
    },
  },
  {
    file: "src/internal/exchange.ts",
    why: "Saves a deadline; what it would do after the end is nothing.",
    lines: {
      "if (isEmpty(found) || isOver) return Effect.succeed(value)": [
        "isEmpty(found) || isOver => false",
        "isEmpty(found) || isOver => isEmpty(found) && isOver",
      ],
    },
  },
  {
    file: "src/internal/fetch.ts",
    why: "For the compiler: who calls fetch here always gives settings.",
    lines: {
      "isRepeating && init?.body instanceof Uint8Array": ["init?.body => init.body"],
    },
  },
  {
    file: "src/internal/fetch.ts",
    why: "A short way: of no headers none are added.",
    lines: {
      'const { "content-length": _, ...headers } = provided === undefined': [
        "provided === undefined => false",
      ],
    },
  },
  {
    file: "src/internal/fetchBody.ts",
    why: "A short way: what is read piece by piece comes to the same, at several times the cost.",
    lines: {
      "if (isHeld(head, bounds)) return new Uint8Array(await response.arrayBuffer())": [
        "isHeld(head, bounds) => false",
      ],
    },
  },
  {
    file: "src/internal/fetchBody.ts",
    why: "A signal aborts once.",
    lines: {
      'signal.addEventListener("abort", cancel, { once: true })': [
        "{ once: true } => {}",
        "true => false",
      ],
    },
  },
  {
    file: "src/internal/response.ts",
    why: "A short way: a body that isn't there is read as empty, too.",
    lines: {
      "export const isEmpty = ({ status, headers }: Declared): boolean =>": [
        "({ status, headers }: Declared): boolean => status === 204 |… => () => undefined",
      ],
      'status === 204 || headers["content-length"] === "0"': [
        'status === 204 || headers["content-length"] === "0" => false',
        'status === 204 || headers["content-length"] === "0" => status === 204 && headers["content-length"] === "0"',
        "status === 204 => false",
        'headers["content-length"] === "0" => false',
        '"content-length" => ""',
        '"0" => ""',
      ],
      "if (isEmpty(head)) return Effect.succeed(new Uint8Array())": ["isEmpty(head) => false"],
    },
  },
  {
    file: "src/internal/response.ts",
    why: "A short way: what is read piece by piece comes to the same, at several times the cost.",
    lines: {
      "export const isHeld = ({ headers }: Declared, { limit }: Bounds): boolean =>": [
        "({ headers }: Declared, { limit }: Bounds): boolean => Numbe… => () => undefined",
      ],
      'Number(headers["content-length"] ?? NaN) <= limit &&': [
        'Number(headers["content-length"] ?? NaN) <= limit && headers… => false',
        'Number(headers["content-length"] ?? NaN) <= limit => Number(headers["content-length"] ?? NaN) < limit',
        'headers["content-length"] ?? NaN => headers["content-length"] && NaN',
        '"content-length" => ""',
      ],
      "if (isHeld(head, bounds)) return readWhole(response)": ["isHeld(head, bounds) => false"],
    },
  },
  {
    file: "src/internal/response.ts",
    why: "It is told by its identity.",
    lines: {
      'const endOfEmpty: Unreadable = { _tag: "Nothing" }': [
        '{ _tag: "Nothing" } => {}',
        '"Nothing" => ""',
      ],
    },
  },
  {
    file: "src/internal/response.ts",
    why: "A short way, which saves a copy, and in it a check for the compiler.",
    lines: {
      "if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0]": [
        "chunks.length === 1 && chunks[0] !== undefined => false",
        "chunks[0] !== undefined => true",
        "chunks[0] !== undefined => chunks[0] === undefined",
      ],
    },
  },
  {
    file: "src/internal/response.ts",
    why: "A token that begins with a quote ends with one.",
    lines: {
      '(token) => !token.startsWith(\'"\') && isLong(token) ? `"${token}"` : token,': [
        "token.startsWith('\"') => token.endsWith('\"')",
      ],
    },
  },
  {
    file: "src/internal/transport.ts",
    why: "Neither is a code, a name, a call or a sentence that is known.",
    lines: {
      'return typeof value === "string" ? value : ""': ['"" => "Stryker was here!"'],
    },
  },
]
