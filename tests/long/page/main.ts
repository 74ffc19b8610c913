/**
 * Looks at the sandbox's page in a real browser, Chromium or Chrome:
 * `deno task page [--screenshots=<folder>] [part of a check's name]`.
 *
 * `CHROMIUM` is the path of the browser, where it isn't on `PATH` under its usual name.
 *
 * @module
 */
import { existsSync, mkdirSync } from "node:fs"
import { delimiter, join } from "node:path"
import process from "node:process"
import { chromium } from "playwright-core"
import { checks } from "./checks.ts"
import { pictures } from "./pictures.ts"
import { serving } from "./served.ts"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

const findBrowser = (): string | undefined => {
  const { CHROMIUM, PATH = "" } = process.env
  if (CHROMIUM !== undefined) return CHROMIUM
  return names
    .flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path))
}

const args = process.argv.slice(2)
const folder = args.find((arg) => arg.startsWith("--screenshots="))?.split("=")[1]
const wanted = args.filter((arg) => !arg.startsWith("--"))
const executablePath = findBrowser()
if (executablePath === undefined) {
  console.log(
    "There is no Chromium or Chrome on this machine, so the page was not looked at. On Debian, " +
      "`apt-get install chromium` installs one; CHROMIUM=<path> names one elsewhere.",
  )
  process.exit(0)
}

const browser = await chromium.launch({ executablePath })
console.log(`Chromium ${browser.version()}`)
let failed = 0
for (const { name, run, seed } of checks) {
  if (!wanted.every((part) => name.includes(part))) continue
  const start = performance.now()
  try {
    await serving(seed, (served) => run(served, browser))
    console.log(`✓ ${name} (${Math.round(performance.now() - start)} ms)`)
  } catch (error) {
    failed += 1
    console.log(`✗ ${name}\n${error instanceof Error ? error.stack : error}`)
  }
}
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true })
  await pictures(browser, folder)
  console.log(`Screenshots are in ${folder}`)
}
await browser.close()
if (failed > 0) console.log(`${failed} of the checks failed`)
process.exit(failed > 0 ? 1 : 0)
