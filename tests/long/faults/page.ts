/**
 * The page that keeps the matrix: `README.md`.
 *
 * @module
 */
import { cells } from "./matrix.ts"
import { expect, patience, retries, timeout } from "./rules.ts"
import { exceptions, grids } from "./table.ts"

const runtimeOf = (run: string): string => run.split(" ")[0] ?? ""

/** The runs on the page: this one, and the last of each other runtime. */
const runsOf = (run: string, before: string): ReadonlyArray<string> =>
  [
    ...(before.match(/^- (?:Deno|Node) [\s\S]*?(?=\n-|\n\n)/gm) ?? [])
      .map((kept) => kept.slice(2).replace(/\s+/g, " "))
      .filter((kept) => runtimeOf(kept) !== runtimeOf(run)),
    `${run}; on ${new Date().toISOString().slice(0, 10)}`,
  ].sort()

/** The page with a run that found nothing wrong; `before` is the page as it was. */
export const page = (run: string, before: string): string => {
  const all = cells()
  const usual = all.map((cell) => ({
    cell,
    // What both runtimes come to, but for what the page lists.
    came: expect("Deno", cell.operation, cell.fault, cell),
  }))
  return `${introduction}

${runsOf(run, before).map((line) => `- ${line}`).join("\n")}

${grids(usual)}

## Where a runtime or a used connection makes a difference

Deno's \`fetch\` sends a request a second time by itself when a connection that was used before breaks.
The library lets it where a request only reads. Elsewhere it hands over bodies that can't be copied,
and opens a connection for each request that has none. Node's \`fetch\` repeats a request that was answered 421, which says that nobody has
looked at it; and it takes what there is of a gzipped body that was cut, so that the reader of the
JSON has to find out. Over a used connection, all else is as over a fresh one.

${exceptions(all)}
`
}

const introduction = `# Faults

What each operation comes to when the network or the server fails. A TCP proxy stands between the
client and the sandbox, with real sockets on loopback, and commits the faults; each cell has a proxy,
a server and a client of its own. This page is written by the run that checks it:

\`\`\`sh
deno task faults                            # on Deno
npx -y -p node@24 -- node tests/long/faults/main.ts # on Node, 22.18 or newer
deno task faults --markdown                 # and keep it here
\`\`\`

## How to read it

\`✓ 2\` is a success after two attempts; \`Reset unknown 3\` an error after three, which says that the
call may have been applied, and \`Reset no 3\` one that says it definitely wasn't. \`Connect\`, \`Reset\` and
\`Timeout\` are reasons of a \`TransportError\`; \`Redirect\`, \`Proxy\`, \`Html\`, \`Partial\`, \`Status\`, \`Body\` and \`TooLarge\` of an
\`UnexpectedResponse\`; the other names are those of the errors. \`create (opted in)\` is
\`create\` under \`RetryPolicy.replayCreate\`. A fault strikes every request, or only the first, after
which all is well. An attempt has ${timeout} seconds, there are at most ${retries} retries with no wait of their own,
and a \`Retry-After\` of up to ${patience} seconds is obeyed.

None of it is recorded from what the library does. What a cell must come to is derived from what
the documentation promises of the operation and from what can be seen of the fault
(\`tests/long/faults/rules.ts\`). A run fails unless, in each cell,

- the call comes to exactly one value or one typed error: this tag, reason, status, \`applied\`,
  \`retryAfter\` and number of attempts;
- as many requests reach the proxy as there were attempts, but for the last table below;
- the account in the sandbox is changed as asked, once, or as it was; and as it was, whenever the
  error says \`applied: "no"\`;
- it takes no longer than the timeouts and the waits that were asked for, and no shorter than the
  latter; after a 429, the rate limit that the connection finds out may add one timeout;
- the client closes every connection whose response isn't whole, and keeps at most two for later;
- the next call, on the same client, succeeds;

and, over all cells, unless nothing connects to where redirects lead, and no socket of the process
is left open after the last (as Linux counts them).

## What it doesn't show

- Time is virtual, but in one row: the timeout of an attempt runs out when the proxy declares the
  connection silent, and a wait is over at once.
- A sound connection stays in the pool of the runtime's \`fetch\` when the layer's scope closes, until
  it has been idle for some seconds or the server closes it, as it does here.
- Of the large responses the proxy sends more than enough: a part of the bomb and of the
  element, and waits for the client to close: a call that wanted the rest would never end. The
  memory below is the most that the process, server and proxy included, held after any of them. It
  is not checked.
- All of it is plain HTTP/1.1 to \`fetch\`. TLS and HTTP/2 aren't here.
- In each cell, one call is made at a time. The connection is the default one, but for the retries'
  schedule.

## Runs`
