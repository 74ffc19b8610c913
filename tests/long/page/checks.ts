/**
 * What a person sees on the page, and what happens when they click.
 *
 * @module
 */
import type { SandboxSeed } from "@effect-np6/targets/sandbox"
import axe from "axe-core"
import { Effect } from "effect"
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"
import { hostile, many, pairs, people } from "./seeds.ts"
import type { Served } from "./served.ts"

/** One thing to look at, with the account that is served. */
export interface Check {
  readonly name: string
  readonly seed: SandboxSeed
  readonly run: (served: Served, browser: Browser) => Promise<void>
}

/** Waits until something is as it should be: the page learns of requests a moment later. */
const eventually = async <A>(look: () => Promise<A>, expected: A): Promise<void> => {
  const end = performance.now() + 30_000
  for (;;) {
    const seen = await look().catch((error: unknown) => error)
    try {
      return assert.deepEqual(seen, expected)
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Opens the page, uses it, and makes sure that it asked for nothing from elsewhere. */
const onPage = async (
  { url }: Served,
  browser: Browser,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const complaints: Array<string> = []
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => {
    // A fetch that the page itself recovers from is on the console all the same.
    if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text())
  })
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    dialog.dismiss().catch(() => {})
  })
  page.on("request", (request) => {
    const asked = request.url()
    if (!asked.startsWith(`${url}/_sandbox/`) && !asked.startsWith("data:")) complaints.push(asked)
  })
  try {
    await page.goto(`${url}/_sandbox/`)
    await page.getByText("listening").waitFor()
    await use(page)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
}

const check = (
  name: string,
  seed: SandboxSeed,
  use: (page: Page, served: Served) => Promise<void>,
  options?: BrowserContextOptions,
): Check => ({
  name,
  seed,
  run: (served, browser) => onPage(served, browser, (page) => use(page, served), options),
})

const texts = (locator: Locator): Promise<ReadonlyArray<string>> => locator.allInnerTexts()

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim()

/** The rows of a list or table, as a person reads them. */
const rowsOf = async (rows: Locator): Promise<ReadonlyArray<string>> =>
  (await texts(rows)).map(oneLine)

const contacts = (page: Page): Locator =>
  page.getByRole("list", { name: "Contacts" }).getByRole("listitem")

const requests = (page: Page): Locator =>
  page.getByRole("list", { name: /^Requests/ }).getByRole("listitem")

const ordered = (page: Page): Locator =>
  page.getByRole("list", { name: "Ordered faults" }).getByRole("listitem")

const dialog = (page: Page): Locator => page.getByRole("dialog")

const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true })

const tab = (page: Page, name: RegExp): Locator => page.getByRole("tab", { name })

/** The requests on the page, without their times. */
const requestRows = async (page: Page): Promise<ReadonlyArray<string>> =>
  (await rowsOf(requests(page))).map((row) =>
    row.replace(/^\d\d:\d\d:\d\d /, "").replace(/ \d+ ms/, "")
  )

const outcome = (response: Promise<Response>): Promise<number | string> =>
  response.then(
    (received) => received.text().then(() => received.status, () => "broken"),
    () => "failed",
  )

/** What is wrong with the page for those who use it with other means than a mouse and good eyes. */
const barriers = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate("axe.run()") as axe.AxeResults
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

const overflow = (page: Page): Promise<ReadonlyArray<string>> =>
  page.evaluate(() =>
    [...document.querySelectorAll("body, body *")]
      .filter((one) => {
        const { left, right, width } = one.getBoundingClientRect()
        return width > 0 && (left < -1 || right > innerWidth + 1)
      })
      .map((one) => `${one.tagName} ${one.id} ${one.className}`)
  )

/** Everything that can be opened, one after the other. */
const everywhere = async (page: Page, look: (place: string) => Promise<void>): Promise<void> => {
  for (const name of [/Fields/, /Segments/, /Contacts/]) {
    await tab(page, name).click()
    await look(String(name))
  }
  await contacts(page).first().getByRole("button").click()
  await look("a contact")
  await page.keyboard.press("Escape")
  await requests(page).first().getByRole("button").click()
  await look("a request")
  await page.keyboard.press("Escape")
  await button(page, "Reset …").click()
  await look("the question before a reset")
  await page.keyboard.press("Escape")
}

const traffic = async ({ send }: Served): Promise<void> => {
  await outcome(send("POST", "/targets", { json: { 8103: "jane@example.com" } }))
  await outcome(send("GET", "/targets?unicity=x@example.com"))
  await outcome(send("GET", "/targets", { headers: { "x-sandbox-fault": "503" } }))
}

const appearances = (["light", "dark"] as const).flatMap((colorScheme) =>
  [1280, 320].map((width) => ({ colorScheme, viewport: { width, height: 800 } }))
)

export const checks: ReadonlyArray<Check> = [
  check(
    "contacts: the newest first, with segments, bounces and red lists",
    people,
    async (page) => {
      await eventually(() => rowsOf(contacts(page)), [
        "zoë+news@example.org 000MLGPS",
        "john@example.com 000MLGPR Customers",
        "jane@example.com 000ABCD1 Newsletter Active this month 1 bounce red list: mail red list: SMS",
      ])
      assert.equal(oneLine(await tab(page, /Contacts/).innerText()), "Contacts 3")
    },
  ),

  check("contacts: one that somebody creates appears, and goes when it is deleted", people, async (
    page,
    { send },
  ) => {
    const created = await (await send("POST", "/targets", { json: { 8103: "new@example.com" } }))
      .json()
    const first = () => contacts(page).first().innerText().then(oneLine)
    await eventually(first, `new@example.com ${created.id}`)
    await outcome(send("DELETE", `/targets/${created.id}`))
    await eventually(first, "zoë+news@example.org 000MLGPS")
  }),

  check("search: by any value and by id, with a count", people, async (page) => {
    const search = page.getByRole("searchbox", { name: "Search contacts" })
    for (
      const [text, found, rows] of [
        ["müller", "1 contact found", ["john@example.com 000MLGPR Customers"]],
        ["MLGP", "2 contacts found", [
          "zoë+news@example.org 000MLGPS",
          "john@example.com 000MLGPR Customers",
        ]],
        ["nobody", "0 contacts found", []],
      ] as const
    ) {
      await search.fill(text)
      await page.getByText(found, { exact: true }).waitFor()
      await eventually(() => rowsOf(contacts(page)), rows)
    }
    await search.fill("")
    await eventually(() => contacts(page).count(), 3)
  }),

  check("contacts: of many, the newest hundred", many, async (page) => {
    await page.getByText("250 contacts, the newest 100 shown").waitFor()
    await eventually(() => contacts(page).count(), 100)
    assert.match(await contacts(page).first().innerText(), /^c249@/)
    await page.getByRole("searchbox").fill("c1")
    await page.getByText("111 contacts found, the newest 100 shown").waitFor()
  }),

  check("a contact: all its fields, segments, bounces and red lists", people, async (page) => {
    await button(page, (await texts(contacts(page).getByRole("button"))).at(-1) ?? "").click()
    const heading = dialog(page).getByRole("heading", { name: "jane@example.com" })
    await heading.waitFor()
    const fields = dialog(page).getByRole("table", { name: "Fields" }).getByRole("row")
    assert.deepEqual(await rowsOf(fields), [
      "Civility 8101 Mrs",
      "Last name 8102 Dupont",
      "Email 8103 jane@example.com",
      "Phone 8104 not set",
      "Birthday 8105 not set",
      "Orders 8106 12",
      "Interests 8107 Books, Music",
      "Notes 8108 not set",
      "Prénom 8109 not set",
    ])
    const list = (name: string) =>
      rowsOf(dialog(page).getByRole("list", { name }).getByRole("listitem"))
    assert.deepEqual(await list("Segments"), [
      "Newsletter 12345, static",
      "Active this month 14105, dynamic",
    ])
    assert.deepEqual(await list("Bounces"), [
      "hard: user Email, 2016-06-13 15:19 UTC, 5.1.1 (bad destination mailbox address)",
    ])
    assert.deepEqual(await list("Red list"), [
      "mail list-unsubscribe, since 2016-06-13 15:19 UTC",
      "SMS SMS stop",
    ])
    await button(page, "Close").click()
    await heading.waitFor({ state: "hidden" })
  }),

  check("fields: names, ids, types, rules and labels", people, async (page) => {
    await tab(page, /Fields/).click()
    const rows = page.getByRole("tabpanel").getByRole("row")
    assert.deepEqual(await rowsOf(rows), [
      "Name Id Type Rules",
      "Civility Mr, Mrs 8101 list, one value",
      "Last name 8102 text",
      "Email 8103 e-mail unicity mandatory",
      "Phone 8104 phone",
      "Birthday 8105 date",
      "Orders 8106 number",
      "Interests Books, Cinema, Music, Sport 8107 list, several values",
      "Notes 8108 long text",
      "Prénom 8109 text length ≤ 150",
    ])
  }),

  check("segments: names, ids, types, and how many are in each", people, async (page, { send }) => {
    await tab(page, /Segments/).click()
    const rows = () => rowsOf(page.getByRole("tabpanel").getByRole("row"))
    const others = [
      "Customers 12346 static 1",
      "Active this month 14105 dynamic 1",
      "BAT TEST Proofs 14091 static test until 2031-10-01 0",
    ]
    const head = "Name Id Type Contacts"
    await eventually(rows, [head, "Newsletter 12345 static 1", ...others])
    await outcome(send("POST", "/targets/000MLGPS/segments/12345"))
    await eventually(rows, [head, "Newsletter 12345 static 2", ...others])
  }),

  check("requests: as they come, the newest first, with the reason of a refusal", people, async (
    page,
    { send },
  ) => {
    await page.getByText("They appear here as they come.").waitFor()
    await outcome(send("GET", "/targets/count"))
    await outcome(send("GET", "/targets?unicty=jane%40example.com"))
    await outcome(send("DELETE", "/targets/000ABCD1", {
      headers: { "x-key": "sandbox-read-only-key" },
    }))
    await outcome(send("GET", "/targets", { headers: { "x-key": "wrong" } }))
    await outcome(send("GET", "/targets", { headers: { "x-sandbox-fault": "503" } }))
    const rows = [
      "GET /targets 503 full fault: Respond",
      "GET /targets 401 unknown X-Key is no key of the account",
      "DELETE /targets/000ABCD1 403 readOnly the key readOnly lacks the permission delete",
      `GET /targets?unicty=jane@example.com 400 full there is no query parameter "unicty" here`,
      "GET /targets/count 200 full",
    ]
    await eventually(() => requestRows(page), rows)
    await page.getByRole("checkbox", { name: "failures only" }).check()
    await eventually(() => requestRows(page), rows.slice(0, -1))
  }),

  check("requests: one that waits for its response, until it is given up", people, async (
    page,
    { send },
  ) => {
    const given = new AbortController()
    const pending = outcome(send("GET", "/fields", {
      headers: { "x-sandbox-fault": "hang" },
      signal: given.signal,
    }))
    await eventually(() => requestRows(page), ["GET /fields waiting full fault: Hang"])
    given.abort()
    assert.equal(await pending, "failed")
    await eventually(() => requestRows(page), ["GET /fields no response full fault: Hang"])
  }),

  check("a request: its body, headers, and what became of it", people, async (page, { send }) => {
    await outcome(send("POST", "/targets", { json: { 8103: "jane@example.com" } }))
    await requests(page).getByRole("button").click()
    await dialog(page).getByRole("heading", { name: "POST /targets" }).waitFor()
    const rows = await rowsOf(dialog(page).getByRole("row"))
    for (
      const row of [
        "Operation targets.create",
        "Status 409",
        "Reason its unicity is taken",
        "Changed the account no",
        "Key full",
      ]
    ) assert.ok(rows.includes(row), `${row} is among ${rows.join("; ")}`)
    assert.equal(
      await dialog(page).getByLabel("Body").innerText(),
      `{\n  "8103": "jane@example.com"\n}`,
    )
    const headers = await dialog(page).getByLabel("Headers").innerText()
    assert.match(headers, /^content-type: application\/json$/m)
    assert.doesNotMatch(headers, /sandbox-full-key/)
  }),

  check(
    "faults: a click orders one, for an operation, a contact, and so many requests",
    people,
    async (
      page,
      { send },
    ) => {
      const get = (unicity: string) => outcome(send("GET", `/targets?unicity=${unicity}`))
      await page.getByRole("combobox", { name: "Operation" }).selectOption("targets.getByUnicity")
      await page.getByRole("textbox", { name: "Contact: Email" }).fill("jane@example.com")
      await page.getByRole("spinbutton", { name: "Requests" }).fill("2")
      await button(page, "503").click()
      await page.getByRole("status").getByText("Ordered: 503").waitFor()
      const target = "targets.getByUnicity for jane@example.com"
      await eventually(() => rowsOf(ordered(page)), [`503 ${target}: 2 requests`])

      assert.equal(await get("john@example.com"), 200)
      assert.equal(await outcome(send("GET", "/targets/000ABCD1")), 200)
      assert.equal(await get("jane@example.com"), 503)
      await eventually(() => rowsOf(ordered(page)), [`503 ${target}: 1 request`])
      assert.equal(await get("jane@example.com"), 503)
      await eventually(() => rowsOf(ordered(page)), ["None."])
      assert.equal(await get("jane@example.com"), 200)
      await eventually(
        async () => (await requestRows(page)).map((row) => /fault: .*/.exec(row)?.[0] ?? ""),
        ["", "fault: Respond", "fault: Respond", "", ""],
      )
    },
  ),

  check("faults: every button does what it says", people, async (page, { sandbox, send }) => {
    const size = Effect.map(sandbox.state, ({ targets }) => targets.length)
    const buttons = page.getByRole("group", { name: "What happens" }).getByRole("button")
    const seen: Array<readonly [string, number | string, applied: boolean]> = []
    for (const name of await texts(buttons)) {
      await button(page, name).click()
      await page.getByRole("status").getByText(`Ordered: ${name}`, { exact: true }).waitFor()
      const before = await Effect.runPromise(size)
      const given = new AbortController()
      const pending = outcome(send("POST", "/targets", {
        json: { 8103: `${seen.length}@example.com` },
        signal: given.signal,
      }))
      if (name.startsWith("No response")) {
        const hung = Effect.map(
          sandbox.requests,
          (log) => log.filter(({ fault }) => fault === "Hang").length,
        )
        await eventually(() => Effect.runPromise(hung), name === "No response" ? 1 : 2)
        given.abort()
      }
      const received = await pending
      seen.push([name, received, await Effect.runPromise(size) > before])
    }
    assert.deepEqual(seen, [
      ["503", 503, false],
      ["429", 429, false],
      ["500, applied", 500, true],
      ["HTML page 502", 502, false],
      ["Late by 2 s", 200, true],
      ["No response", "failed", false],
      ["No response, applied", "failed", true],
      ["Connection reset", "failed", false],
      ["Connection reset, applied", "failed", true],
      ["Connection refused", "failed", false],
      ["Body cut off", "broken", true],
    ])
  }),

  check("faults: for all requests, until they are dropped", people, async (page, { send }) => {
    await page.getByRole("checkbox", { name: "all" }).check()
    await button(page, "429").click()
    await eventually(() => rowsOf(ordered(page)), ["429 any operation: each request"])
    for (let request = 0; request < 3; request++) {
      assert.equal(await outcome(send("GET", "/targets")), 429)
    }
    await button(page, "Drop all").click()
    await eventually(() => rowsOf(ordered(page)), ["None."])
    await button(page, "Drop all").waitFor({ state: "hidden" })
    assert.equal(await outcome(send("GET", "/targets")), 200)
  }),

  check("faults: one that a program ordered is shown too", people, async (page, { sandbox }) => {
    await Effect.runPromise(sandbox.script({
      on: { path: /^\/fields/, method: "GET" },
      skip: 2,
      times: Infinity,
      fault: {
        _tag: "ContentType",
        contentType: "text/plain",
      },
    }))
    await eventually(
      () => rowsOf(ordered(page)),
      ["Content type text/plain any operation GET /^\\/fields/: each request, after 2 others"],
    )
  }),

  check(
    "faults: for the contact that is being looked at, by all fields of its unicity",
    pairs,
    async (
      page,
      { send },
    ) => {
      const { Email, Shop } = {
        Email: page.getByRole("textbox", { name: "Contact: Email" }),
        Shop: page.getByRole("textbox", { name: "Contact: Shop" }),
      }
      await Email.fill("jane@example.com")
      await button(page, "503").click()
      await page.getByRole("status").getByText("Give all fields of the contact, or none.").waitFor()
      await contacts(page).getByRole("button", { name: "jane@example.com, Lyon" }).click()
      await button(page, "Order a fault for this contact").click()
      assert.deepEqual([await Email.inputValue(), await Shop.inputValue()], [
        "jane@example.com",
        "Lyon",
      ])
      // The focus is where the next click would be.
      await page.keyboard.press("Enter")
      await eventually(() => rowsOf(ordered(page)), [
        "503 any operation for jane@example.com, Lyon: 1 request",
      ])
      const get = (shop: string) =>
        outcome(send("GET", `/targets?unicity=jane@example.com&unicity=${shop}`))
      assert.deepEqual([await get("Nice"), await get("Lyon"), await get("Lyon")], [200, 503, 200])
    },
  ),

  check("reset: asks, and goes back to the seed", people, async (page, served) => {
    await traffic(served)
    await outcome(served.send("POST", "/targets", { json: { 8103: "new@example.com" } }))
    await button(page, "503").click()
    await eventually(() => contacts(page).count(), 4)
    await button(page, "Reset …").click()
    await dialog(page).getByRole("heading", { name: "Reset the sandbox?" }).waitFor()
    await button(page, "Cancel").click()
    assert.equal(await contacts(page).count(), 4)
    await button(page, "Reset …").click()
    await button(page, "Reset").click()
    await page.getByRole("status").getByText("Back to the seed: 3 contacts.").waitFor()
    await eventually(() => contacts(page).count(), 3)
    await eventually(() => requests(page).count(), 0)
    await eventually(() => rowsOf(ordered(page)), ["None."])
    await outcome(served.send("GET", "/targets"))
    await eventually(() => requestRows(page), ["GET /targets 200 full"])
  }),

  check("a reset or a seed from elsewhere is seen too", people, async (page, { sandbox }) => {
    await eventually(() => contacts(page).count(), 3)
    await Effect.runPromise(sandbox.load(pairs))
    await eventually(() => rowsOf(contacts(page)), [
      "jane@example.com, Nice 000MLGPS",
      "jane@example.com, Lyon 000MLGPR",
    ])
    await page.getByRole("textbox", { name: "Contact: Shop" }).waitFor()
  }),

  check("first steps: commands to paste, of which one creates a contact and one fails", {}, async (
    page,
    { url },
  ) => {
    const commands = await page.getByLabel("Commands to start with").innerText()
    assert.match(await page.getByRole("banner").innerText(), /Key full sandbox-full-key/)
    assert.ok((await page.getByRole("banner").innerText()).includes(url))
    const [create = "", fail = "", ...others] = commands.split(/\n+/)
    assert.deepEqual(others, [])
    const run = async (command: string) => {
      const { stdout } = await promisify(execFile)("sh", ["-c", command])
      return stdout.split("\r\n")[0]
    }
    assert.equal(await run(create), "HTTP/1.1 200 OK")
    await eventually(async () => (await rowsOf(contacts(page))).length, 1)
    assert.match((await rowsOf(contacts(page)))[0] ?? "", /^jane@example\.com /)
    assert.equal(await run(fail), "HTTP/1.1 503 Service Unavailable")
    await eventually(() => requestRows(page), [
      "GET /targets 503 full fault: Respond",
      "POST /targets 200 full",
    ])
    await page.getByLabel("Commands to start with").waitFor({ state: "hidden" })
  }),

  check("a sandbox that stops: the page says so, and goes on when it listens again", people, async (
    page,
    { listen, send, stop },
  ) => {
    await outcome(send("GET", "/targets"))
    await stop()
    await page.getByText("stopped: not reachable").waitFor()
    await listen()
    await page.getByText("listening", { exact: true }).waitFor()
    await outcome(send("GET", "/targets/count"))
    await eventually(() => requestRows(page), [
      "GET /targets/count 200 full",
      "GET /targets 200 full",
    ])
  }),

  check("text is text, whatever is in it", hostile, async (page, { send }) => {
    await outcome(send("GET", "/targets?unicity=%3Cimg%20src=x%20onerror=alert(4)%3E"))
    await outcome(
      send("GET", "/targets", { headers: { "x-test": "<img src=x onerror=alert(5)>" } }),
    )
    await eventually(() => rowsOf(contacts(page)), [
      "<img src=x onerror=alert(1)> 000MLGPR </script><script>alert(3)</script> 1 bounce red list: mail",
    ])
    await everywhere(page, async (place) => {
      assert.equal(await page.locator("img, i, u, s, b").count(), 0, place)
    })
  }),

  check("the keyboard is enough", people, async (page, { send }) => {
    const focused = () =>
      page.evaluate(() => (document.activeElement as HTMLElement).innerText ?? "").then(oneLine)
    await button(page, "Reset …").focus()
    await page.keyboard.press("Tab")
    assert.equal(await focused(), "Contacts 3")
    await page.keyboard.press("ArrowRight")
    assert.equal(await focused(), "Fields 9")
    assert.equal(await page.getByRole("tabpanel", { name: /Fields/ }).isVisible(), true)
    await page.keyboard.press("End")
    assert.equal(await focused(), "Segments 4")
    await page.keyboard.press("Home")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("jane")
    await page.getByText("1 contact found").waitFor()
    await page.keyboard.press("Tab")
    assert.match(await focused(), /^jane@example\.com/)
    await page.keyboard.press("Enter")
    await dialog(page).waitFor()
    // The contact changes meanwhile, and its row with it.
    await outcome(send("PUT", "/targets/000ABCD1", { json: { 8102: "Durand" } }))
    await eventually(() => requests(page).count(), 1)
    await dialog(page).getByRole("cell", { name: "Durand" }).waitFor()
    await page.keyboard.press("Escape")
    assert.match(await focused(), /^jane@example\.com/)
    await button(page, "503").focus()
    await page.keyboard.press("Space")
    await eventually(() => rowsOf(ordered(page)), ["503 any operation: 1 request"])
  }),

  check("is of no use to a page of another site", people, async (page, { sandbox, url }) => {
    const other = `http://localhost:${new URL(url).port}`
    const context = page.context()
    await context.route(
      "http://elsewhere.test/**",
      (route) => route.fulfill({ contentType: "text/html", body: "<title>elsewhere</title>" }),
    )
    const elsewhere = await context.newPage()
    await elsewhere.goto("http://elsewhere.test/")
    await Effect.runPromise(sandbox.script({ times: Infinity, fault: { _tag: "Refuse" } }))
    for (const base of [url, other]) {
      await elsewhere.evaluate(async (base) => {
        const options = { method: "POST", mode: "no-cors" } as const
        await fetch(`${base}/_sandbox/reset`, options).catch(() => {})
      }, base)
    }
    await eventually(() => rowsOf(ordered(page)), [
      "Connection refused any operation: each request",
    ])
    await elsewhere.close()
  }),

  ...appearances.map((appearance) => {
    const { colorScheme, viewport: { width } } = appearance
    return check(
      `${colorScheme}, ${width} wide: nothing sticks out, nothing is hard to read or to reach`,
      people,
      async (page, served) => {
        await traffic(served)
        await button(page, "429").click()
        await eventually(() => requests(page).count(), 3)
        await page.getByRole("status").getByText("Ordered").waitFor()
        assert.deepEqual(await barriers(page), [])
        await everywhere(page, async (place) => {
          assert.deepEqual(await overflow(page), [], place)
          if (width > 1000) assert.deepEqual(await barriers(page), [], place)
        })
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
        const [red = 0] = ground.match(/\d+/g)?.map(Number) ?? []
        assert.equal(red > 128, colorScheme === "light", ground)
      },
      appearance,
    )
  }),
]
