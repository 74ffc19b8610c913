/**
 * Screenshots to look at.
 *
 * @module
 */
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { people } from "./seeds.ts"
import { serving } from "./served.ts"

/** Takes pictures of the page in each appearance, with all that can be opened. */
export const pictures = (browser: Browser, folder: string): Promise<void> =>
  serving(people, async ({ send, url }) => {
    const sent = [
      send("GET", "/targets/count"),
      send("POST", "/targets", { json: { 8103: "jane@example.com" } }),
      send("GET", "/targets?unicty=jane@example.com"),
      send("DELETE", "/targets/000ABCD1", { headers: { "x-key": "sandbox-read-only-key" } }),
      send("GET", "/targets", { headers: { "x-sandbox-fault": "503" } }),
    ]
    for (const response of sent) await (await response).text()
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 380]) {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 850 } })
        const take = (name: string, fullPage = false) =>
          page.screenshot({
            path: join(folder, `${colorScheme}-${width}-${name}.png`),
            animations: "disabled",
            fullPage,
          })
        await page.goto(`${url}/_sandbox/`)
        await page.getByText("zoë+news@example.org").waitFor()
        await page.getByRole("button", { name: "503", exact: true }).click()
        await page.getByText("any operation: ").first().waitFor()
        await take("contacts", true)
        await page.getByRole("button", { name: /^jane/ }).click()
        await take("contact")
        await page.keyboard.press("Escape")
        await page.getByRole("list", { name: /^Requests/ }).getByRole("button").nth(3).click()
        await take("request")
        await page.keyboard.press("Escape")
        for (const name of ["Fields", "Segments"]) {
          await page.getByRole("tab", { name: new RegExp(name) }).click()
          await take(name.toLowerCase())
        }
        await page.getByRole("button", { name: "Drop all" }).click()
        await page.close()
      }
    }
  })
