import type { Reason } from "../reason.ts"

const reasonFor = (name: string, why: string, lines: Reason["lines"]): Reason => ({
  file: `src/internal/sandbox/${name}.ts`,
  why,
  lines,
})

export const sandbox: ReadonlyArray<Reason> = [
  reasonFor("account", "A text among the keys has no value that a request could send.", {
    "const keys = [fullKey, readOnlyKey, ...(seed.keys ?? [])]": ['[] => ["Stryker was here"]'],
  }),
  reasonFor("make", "For the compiler: no target has `undefined` for an id.", {
    'if (seed.id !== undefined && store.rows.has(seed.id)) return Result.fail("its id is taken")': [
      "seed.id !== undefined => true",
    ],
  }),
  reasonFor("operations", "For the compiler: a call that was routed has what its path names.", {
    'const row = call.store.rows.get(call.params[0] ?? "")': ['"" => "Stryker was here!"'],
    'const id = call.params[1] ?? ""': ['"" => "Stryker was here!"'],
  }),
  reasonFor("routes", "A segment with a broken escape names nothing, and so does `undefined`.", {
    "} catch {": ["{ // A broken escape names nothing that exists. return segment } => {}"],
  }),
  reasonFor("routes", "For the compiler: a path that matches is as long as that of its route.", {
    'const params = segments.filter((_, index) => found.path[index]?.startsWith(":"))': [
      "found.path[index]?.startsWith => found.path[index].startsWith",
    ],
  }),
  reasonFor("serve", "For the compiler: a request that came has all of these.", {
    "for (const value of values ?? []) headers.append(name, value)": ['[] => ["Stryker was here"]'],
    'const target = request.url ?? "/"': ['"/" => ""'],
    'return { method: request.method ?? "GET", url, headers, body }': ['"GET" => ""'],
  }),
  reasonFor(
    "serve",
    "For the compiler: a server that listens on a port has an address, an object.",
    {
      'const bound = typeof address === "object" && address !== null ? address.port : port': [
        'typeof address === "object" && address !== null => true',
        'typeof address === "object" && address !== null => typeof address === "object" || address !== null',
        'typeof address === "object" => true',
        "address !== null => true",
      ],
    },
  ),
  reasonFor("server", "No header is no media type and no key, and neither is the other text.", {
    '(header ?? "").split(",").map((type) => type.replace(/;.*/, "").trim().toLowerCase())': [
      '"" => "Stryker was here!"',
    ],
    'account.keys.get(headers.get("x-key") ?? "")': ['"" => "Stryker was here!"'],
  }),
  reasonFor(
    "store",
    "For the compiler: there is no row at `undefined`, and Effect's MD5 is there.",
    {
      "return id === undefined ? undefined : store.rows.get(id)": ["id === undefined => false"],
      "const digest = Digest.md5.implementation?.(": [
        "Digest.md5.implementation?.( new TextEncoder().encode(unicit… => Digest.md5.implementation(new TextEncoder().encode(unicityOf…",
      ],
    },
  ),
  reasonFor("store", "Whether the number has changed is asked, not which way.", {
    // In three places.
    "store.revision += 1": [
      "store.revision += 1 => store.revision -= 1",
      "store.revision += 1 => store.revision -= 1",
      "store.revision += 1 => store.revision -= 1",
    ],
  }),
  reasonFor(
    "values",
    "For the compiler: the field is a list, and a seed gives every list its labels.",
    {
      "? field.values?.find((known) => known.toLowerCase() === value.toLowerCase())": [
        "field.values?.find => field.values.find",
      ],
    },
  ),
  reasonFor("values", "For the compiler: `Number.isFinite` says no to whatever is not a number.", {
    'if (typeof value !== "number" || !Number.isFinite(value)) return Result.fail("a number")': [
      'typeof value !== "number" => false',
    ],
  }),
  {
    file: "src/SandboxSeed.ts",
    why: "A field of the unicity is mandatory in any case.",
    lines: {
      '{ id: 8103, name: "Email", type: "email", isUnicity: true, isMandatory: true },': [
        "true => false",
      ],
    },
  },
]
