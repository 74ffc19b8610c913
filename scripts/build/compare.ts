/**
 * Compares two builds of the package, file by file: what dnt emits must be what tsc emits, which the
 * tests and checks have seen.
 *
 *     deno run -A scripts/build/compare.ts npm-tsc npm
 *
 * All files must be the same, byte for byte. Declarations may differ in what means the same: dnt
 * writes `./x.js` where tsc writes `./x.ts`, and the members of an inferred union have no order.
 */
import ts from "typescript"

const [left = "", right = ""] = Deno.args

const filesIn = async (directory: string, below = ""): Promise<ReadonlyArray<string>> => {
  const files: Array<string> = []
  for await (const { isDirectory, name } of Deno.readDir(`${directory}/${below}`)) {
    files.push(...isDirectory ? await filesIn(directory, `${below}${name}/`) : [below + name])
  }
  return files.toSorted()
}

const printer = ts.createPrinter()

/** A declaration file without the differences that mean nothing. */
const normalized = (text: string): string => {
  const source = ts.createSourceFile("x.d.ts", text, ts.ScriptTarget.Latest)
  const { transformed } = ts.transform(source, [(context) => (file) => {
    const visit = (node: ts.Node): ts.Node => {
      const visited = ts.visitEachChild(node, visit, context)
      if (ts.isStringLiteral(visited) && /^\.\.?\/.*\.js$/.test(visited.text)) {
        return context.factory.createStringLiteral(visited.text.replace(/\.js$/, ".ts"))
      }
      if (!ts.isUnionTypeNode(visited)) return visited
      const print = (member: ts.Node): string =>
        printer.printNode(ts.EmitHint.Unspecified, member, source)
      const members = visited.types.toSorted((a, b) => print(a) < print(b) ? -1 : 1)
      return context.factory.createUnionTypeNode(members)
    }
    return ts.visitEachChild(file, visit, context)
  }])
  return transformed.map((file) => printer.printFile(file)).join("")
}

const differs = async (path: string): Promise<boolean> => {
  const [one, other] = await Promise.all(
    [left, right].map((directory) => Deno.readTextFile(`${directory}/${path}`)),
  )
  if (one === undefined || other === undefined || one === other) return one !== other
  return !path.endsWith(".d.ts") || normalized(one) !== normalized(other)
}

const [before, after] = await Promise.all([filesIn(left), filesIn(right)])
const problems = [
  ...before.filter((path) => !after.includes(path)).map((path) => `${path} is only in ${left}`),
  ...after.filter((path) => !before.includes(path)).map((path) => `${path} is only in ${right}`),
]
for (const path of before.filter((path) => after.includes(path))) {
  if (await differs(path)) problems.push(`${path} differs`)
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) Deno.exit(1)
console.log(`${before.length} files of ${left} and ${right} are the same.`)
