/**
 * What a run found, for the screen and for the page that keeps it.
 *
 * @module
 */
import { struck } from "./checks.ts"
import type { Verdict } from "./referee.ts"
import { type RuntimeRow, runtimes } from "./runtimes.ts"

export interface Result {
  readonly row: RuntimeRow
  readonly verdicts: ReadonlyArray<Verdict>
  /** What is wrong with the run as a whole. */
  readonly problems: ReadonlyArray<string>
  readonly seconds: number
}

const isRight = ({ problems }: Verdict): boolean => problems.length === 0

const countOf = (verdicts: ReadonlyArray<Verdict>): string => {
  const right = verdicts.filter(isRight).length
  return right === verdicts.length ? `${right} ✓` : `${right} of ${verdicts.length}`
}

/** What the runtime sent once more on its own. */
const repeatedOf = (verdicts: ReadonlyArray<Verdict>): string => {
  const kinds = verdicts.filter(({ isRepeated }) => isRepeated).map(({ check }) =>
    check.fault.name === "421"
      ? "what is answered 421"
      : check.operation.writes
      ? "writes"
      : "reads"
  )
  return [...new Set(kinds)].join(", ") || "nothing"
}

/** A run in a few lines. */
export const summary = ({ problems, row, seconds, verdicts }: Result): string => {
  const wrong = verdicts.filter((verdict) => !isRight(verdict)).map(({ check, problems }) =>
    `  ${check.operation.name}, ${check.fault.name} (${check.strikes}, ${check.connection}): ${
      problems.join("; ")
    }`
  )
  const used = verdicts.filter(({ struckUsed }) => struckUsed).length
  return [
    `${row.title}: ${countOf(verdicts)} in ${seconds} s, ${used} over a used connection; repeats ${
      repeatedOf(verdicts)
    }`,
    ...problems.map((problem) => `  ${problem}`),
    ...wrong,
  ].join("\n")
}

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

/** A run as a row of the page's table. */
export const rowOf = ({ row, verdicts }: Result): string =>
  line([
    row.title,
    row.runs,
    ...Object.values(struck).map((faults) =>
      countOf(verdicts.filter(({ check }) => faults.includes(check.fault.name)))
    ),
    `${verdicts.filter(({ struckUsed }) => struckUsed).length}`,
    repeatedOf(verdicts),
    new Date().toISOString().slice(0, 10),
  ])

const head = [
  "runtime",
  "what runs there",
  ...Object.keys(struck),
  "over a used connection",
  "the runtime repeats",
  "on",
]

/** The page: these rows, and those of `before` for the runtimes that didn't run. */
export const page = (before: string, rows: ReadonlyArray<string>): string => {
  const kept = before.split("\n").map((row) => row.replace(/ +\|/g, " |"))
  const all = runtimes.flatMap(({ title }) => {
    const isOf = (row: string) => row.startsWith(`| ${title} |`)
    return rows.find(isOf) ?? kept.find(isOf) ?? []
  })
  return `${introduction}

${[line(head), line(head.map(() => "---")), ...all].join("\n")}

${explanation}
`
}

const introduction = `# Runtimes

One program makes the same calls on every runtime, over real sockets, to a sandbox behind a proxy that
breaks connections. It needs no test framework. On Node, Bun and workerd it runs the package as npm
installs it, on Deno the source. This page is written by the run that checks it:

\`\`\`sh
deno task build:npm:tsc
deno task runtimes               # all of them
deno task runtimes bun node20    # some; the other rows stay
deno task runtimes --smoke bun   # under a minute, and writes nothing: in CI
\`\`\`

A run fails unless, for every operation and fault,

- the call ends with the value or the error that the [fault matrix](../faults/README.md) derives for
  it: tag, reason, status, \`applied\` and number of attempts;
- the proxy saw as many requests as there were attempts, but for what the column "the runtime
  repeats" says; a write is on the wire once for each attempt, but for an answer of 421, with which
  a server says that it hasn't looked at the request;
- the sandbox was changed as asked, once, or not at all; and not at all when the error says
  \`applied: "no"\`;
- a call to a server that never answers ends at its timeout, and its connection is closed;
- nothing connects to where a redirect leads;
- the next call on the same layer succeeds;

and unless the process then ends on its own, before a timer of the default timeout could have, with
nothing on its error stream. In workerd, a layer that is kept from one request to the next has to keep
its timeouts as well.

## Latest runs

How many calls ended as they must, by when the connection breaks:`

const explanation = `## Where the runtimes differ

- **Deno and Bun** send a request again when a connection that was used before breaks. The library
  keeps them from it for writes: Deno gets bodies that it can't copy, or a connection for each request
  that has none; Bun gets a connection for each write. Reads may be repeated.
- **Node** repeats what is answered 421, as the fetch standard says.
- **workerd** says "Network connection lost" of a connection that was refused, too: \`applied\` is then
  \`"unknown"\`, and \`create\` isn't retried.

## What isn't tested

| what                               | where it stands                                                        |
| ---------------------------------- | ---------------------------------------------------------------------- |
| Linux, x64                         | all of this, and the whole suite on Deno ${Deno.version.deno} and Node 24 |
| Windows, macOS                     | the suite runs there in the workflow \`ci.yml\` on Deno, Node 22 and 24; these runs don't |
| Cloudflare's network               | workerd is its runtime, and not its proxies, limits or cache           |
| Browsers                           | bundles are built and run without Node's modules (\`check:package\`); no page calls NP6, which would show the key |
| HTTP/2 and TLS under these faults  | all of it is plain HTTP/1.1; \`tests/http/tls.test.ts\` looks at certificates |
| The import (\`./import\`)            | Node from 22.19 and Deno only                                          |`
