/**
 * Checks that a tag may be released: that it is the version of `deno.json`, that the sources say the
 * same version, and that the changelog has an entry for it.
 *
 *     deno run --allow-read=CHANGELOG.md scripts/check_release.ts v0.1.0
 */
import { version } from "../src/http/version.ts"
import { project } from "./build/project.ts"

const [tag = ""] = Deno.args
const changelog = await Deno.readTextFile(new URL("../CHANGELOG.md", import.meta.url))

const expectations: ReadonlyArray<readonly [boolean, string]> = [
  [tag === `v${project.version}`, `The tag is ${tag}; deno.json says ${project.version}.`],
  [version === project.version, `src/http/version.ts says ${version}.`],
  [
    changelog.split("\n").some((line) => line.startsWith(`## [${project.version}]`)),
    `CHANGELOG.md has no "## [${project.version}]".`,
  ],
]
const problems = expectations.filter(([holds]) => !holds).map(([, problem]) => problem)
for (const problem of problems) console.error(problem)
if (problems.length > 0) Deno.exit(1)
console.log(`${tag} may be released.`)
