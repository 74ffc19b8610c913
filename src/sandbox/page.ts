/**
 * The page of the sandbox, `GET /_sandbox/`: one file of HTML, which loads nothing and asks the
 * control routes alone. What it shows, it writes as text, never as HTML.
 *
 * @module
 */
import { operationNames } from "./SandboxOperation.ts"

const style = String.raw`
:root {
  color-scheme: light dark;
  --ground: #f3f5f8; --card: #ffffff; --inset: #f0f3f7; --line: #d5dbe4; --edge: #8b96a6;
  --text: #1a2230; --soft: #525d6e; --accent: #0a5db3; --on-accent: #ffffff;
  --good: #0a6b36; --warn: #8a4b00; --bad: #b3202a; --bad-ground: #fdeced; --warn-ground: #fff3df;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10141a; --card: #191f28; --inset: #222a35; --line: #303a47; --edge: #748195;
    --text: #e7ebf1; --soft: #a4afbf; --accent: #7cbcff; --on-accent: #0b1726;
    --good: #6bd596; --warn: #f2bb63; --bad: #ff9a9a; --bad-ground: #3b1e22; --warn-ground: #372a14;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.92em; }
h1 { font-size: 1.15rem; margin: 0; }
h2 { font-size: 1rem; margin: 0; }
h3 { font-size: 0.86rem; margin: 1.1rem 0 0.35rem; color: var(--soft); }
p { margin: 0.4rem 0; }
a { color: var(--accent); }
.soft { color: var(--soft); }
.small { font-size: 0.86rem; }

button, input, select {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge);
  border-radius: 6px; padding: 0.35rem 0.65rem; min-height: 2.25rem;
}
button { cursor: pointer; }
button:hover { border-color: var(--accent); color: var(--accent); }
button.strong { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.strong:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input[type="number"] { width: 5.5rem; }
input[type="checkbox"] { min-height: 0; width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
label { display: inline-flex; gap: 0.45rem; align-items: center; }
label.above { flex-direction: column; align-items: stretch; gap: 0.2rem; min-width: 0; }
label.above > span { font-size: 0.86rem; color: var(--soft); }

header {
  display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center;
  padding: 0.7rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line);
}
header .address { flex: 1 1 auto; min-width: 0; overflow-wrap: anywhere; }
header .address > span, #keys > span { margin-right: 0.9rem; }
#link { display: inline-flex; align-items: center; gap: 0.45rem; }
#link::before { content: ""; width: 0.65rem; height: 0.65rem; border-radius: 50%; background: var(--good); }
#link.lost { color: var(--bad); font-weight: 600; }
#link.lost::before { background: var(--bad); border-radius: 0; }
nav { display: none; gap: 1rem; padding: 0.6rem 1.25rem; }

main {
  display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem;
  max-width: 92rem; margin: 0 auto; padding: 1rem 1.25rem 2rem; align-items: start;
}
.column { display: grid; gap: 1rem; min-width: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
.card > .head {
  display: flex; flex-wrap: wrap; gap: 0.4rem 0.9rem; align-items: center;
  justify-content: space-between; padding: 0.75rem 1rem;
}
.card > .body { padding: 0 1rem 1rem; }

[role="tablist"] { display: flex; gap: 0.2rem; padding: 0.45rem 0.6rem 0; border-bottom: 1px solid var(--line); }
[role="tab"] { border: 0; border-bottom: 3px solid transparent; border-radius: 6px 6px 0 0; background: none; }
[role="tab"][aria-selected="true"] { border-bottom-color: var(--accent); font-weight: 600; }
[role="tabpanel"] { padding: 0.9rem 1rem 1rem; }
.count { color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }

.search { display: flex; gap: 0.6rem; align-items: center; margin-bottom: 0.6rem; }
.search input { flex: 1; min-width: 0; }
ul, ol { list-style: none; margin: 0; padding: 0; }
.rows > li { border-top: 1px solid var(--line); }
.rows > li:first-child { border-top: 0; }
.rows button {
  display: grid; width: 100%; gap: 0.1rem 0.75rem; padding: 0.5rem 0.4rem; text-align: left;
  border: 0; border-radius: 4px; background: none;
}
.rows button:hover { background: var(--inset); color: inherit; }
.contact { grid-template-columns: minmax(0, 1fr) auto; }
.contact .who, .request .what { overflow-wrap: anywhere; min-width: 0; }
.contact .who { font-weight: 600; }
.contact .more { grid-column: 1 / -1; }
.request { grid-template-columns: 4.6rem minmax(0, 1fr) auto; font-variant-numeric: tabular-nums; }
.request .why { grid-column: 2 / -1; overflow-wrap: anywhere; }
.scroll { max-height: 38rem; overflow-y: auto; }

.tag {
  display: inline-block; padding: 0 0.45rem; border: 1px solid var(--edge); border-radius: 99px;
  font-size: 0.8rem; white-space: nowrap;
}
.tag.bad, .tag.fault { border-color: transparent; }
.tag.bad { color: var(--bad); background: var(--bad-ground); }
.tag.fault { color: var(--warn); background: var(--warn-ground); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.status { font-weight: 700; }

table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: 0.4rem 0.6rem 0.4rem 0; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: 0.86rem; color: var(--soft); font-weight: 500; }
tbody th { font-weight: 600; }
tbody th .soft { font-weight: 400; }
td.mono { white-space: nowrap; }
.tags { display: inline-flex; flex-wrap: wrap; gap: 0.3rem; }

.form { display: flex; flex-wrap: wrap; gap: 0.6rem 0.9rem; align-items: end; margin: 0.5rem 0 0.9rem; }
.form > label, #contact > label { flex: 1 1 11rem; }
#contact { display: contents; }
.form .times { display: flex; gap: 0.8rem; align-items: center; min-height: 2.25rem; }
.faults { display: flex; flex-wrap: wrap; gap: 0.45rem; }
.waiting > li { display: flex; flex-wrap: wrap; gap: 0.3rem 0.7rem; padding: 0.35rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.waiting > li:first-child { border-top: 0; }
pre {
  margin: 0.3rem 0; padding: 0.65rem 0.8rem; background: var(--inset); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.86rem; max-height: 22rem; overflow-y: auto;
}
dialog {
  width: min(44rem, calc(100vw - 2rem)); max-height: calc(100vh - 3rem); padding: 0; overflow: auto;
  color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 12px;
}
dialog::backdrop { background: rgb(0 0 0 / 45%); }
dialog .head {
  position: sticky; top: 0; display: flex; gap: 1rem; justify-content: space-between; align-items: center;
  padding: 0.8rem 1.1rem; background: var(--card); border-bottom: 1px solid var(--line);
}
dialog .head h2 { overflow-wrap: anywhere; min-width: 0; }
dialog .head button { flex: none; }
dialog .body { padding: 0.3rem 1.1rem 1.1rem; }
dialog .buttons { display: flex; flex-wrap: wrap; gap: 0.6rem; margin-top: 1.1rem; }
#said { position: fixed; inset: auto 0 1.2rem; margin: 0 auto; width: fit-content; max-width: calc(100vw - 2rem); z-index: 1; }
#said:not(:empty) { padding: 0.55rem 1rem; border-radius: 8px; background: var(--text); color: var(--ground); }

@media (max-width: 60rem) {
  main { grid-template-columns: minmax(0, 1fr); padding: 0.75rem 0.75rem 2rem; }
  nav { display: flex; }
  header { padding: 0.6rem 0.75rem; }
  nav { padding: 0.6rem 0.75rem 0; }
}
@media (max-width: 30rem) {
  .wide { display: none; }
  .request { grid-template-columns: minmax(0, 1fr) auto; }
  .request .when { grid-column: 1 / -1; }
  .request .why { grid-column: 1 / -1; }
}
@media (pointer: coarse) { button, input, select { min-height: 2.75rem; } }
`

const operations = operationNames
  .filter((name) => name !== "unknown")
  .map((name) => `<option>${name}</option>`)
  .join("")

const body = String.raw`
<header>
  <h1>NP6 sandbox</h1>
  <div class="address small">
    <span><span class="soft">Base URL</span> <code id="base"></code></span>
    <span id="keys"></span>
  </div>
  <span id="link" class="small">listening</span>
  <button type="button" id="reset">Reset …</button>
</header>
<nav aria-label="Parts of the page" class="small">
  <a href="#account">Account</a> <a href="#faults">Faults</a> <a href="#requests">Requests</a>
</nav>
<main>
  <div class="column">
    <section class="card" id="account" aria-label="Account">
      <div role="tablist" aria-label="Account">
        <button type="button" role="tab" id="tab-contacts" aria-controls="contacts" aria-selected="true">Contacts <span class="count"></span></button>
        <button type="button" role="tab" id="tab-fields" aria-controls="fields" aria-selected="false" tabindex="-1">Fields <span class="count"></span></button>
        <button type="button" role="tab" id="tab-segments" aria-controls="segments" aria-selected="false" tabindex="-1">Segments <span class="count"></span></button>
      </div>
      <div role="tabpanel" id="contacts" aria-labelledby="tab-contacts" tabindex="0">
        <div class="search">
          <input type="search" id="search" aria-label="Search contacts" placeholder="Search ids and values" autocomplete="off" spellcheck="false">
        </div>
        <p class="soft small" id="found"></p>
        <ul class="rows" id="contact-rows" aria-label="Contacts"></ul>
        <div id="first-steps" hidden>
          <p>No contacts yet. Create one, then make a call fail:</p>
          <pre tabindex="0" aria-label="Commands to start with"></pre>
        </div>
      </div>
      <div role="tabpanel" id="fields" aria-labelledby="tab-fields" tabindex="0" hidden></div>
      <div role="tabpanel" id="segments" aria-labelledby="tab-segments" tabindex="0" hidden></div>
    </section>
  </div>
  <div class="column">
    <section class="card" id="faults" aria-labelledby="faults-title">
      <div class="head"><h2 id="faults-title">Faults</h2></div>
      <div class="body">
        <p class="soft small">Choose the requests, then click what happens to the next of them.</p>
        <div class="form">
          <label class="above"><span>Operation</span>
            <select id="operation"><option value="">Any operation</option>${operations}</select>
          </label>
          <div id="contact"></div>
          <div class="times">
            <label><span class="soft small">Requests</span> <input type="number" id="times" min="1" value="1"></label>
            <label><input type="checkbox" id="every"> <span class="small">all</span></label>
          </div>
        </div>
        <div class="faults" id="fault-buttons" role="group" aria-label="What happens"></div>
        <h3>Ordered</h3>
        <ul class="waiting small" id="rules" aria-label="Ordered faults"></ul>
        <p><button type="button" id="drop" hidden>Drop all</button></p>
      </div>
    </section>
    <section class="card" id="requests" aria-labelledby="requests-title">
      <div class="head">
        <h2 id="requests-title">Requests <span class="count" id="requests-count"></span></h2>
        <label class="small"><input type="checkbox" id="failures"> failures only</label>
      </div>
      <div class="body">
        <p class="soft small" id="no-requests">They appear here as they come.</p>
        <ol class="rows scroll" id="request-rows" aria-label="Requests, the newest first" tabindex="0"></ol>
      </div>
    </section>
  </div>
</main>
<dialog id="detail" aria-labelledby="detail-title">
  <div class="head"><h2 id="detail-title"></h2><button type="button" class="close">Close</button></div>
  <div class="body"></div>
</dialog>
<dialog id="resetting" aria-labelledby="resetting-title">
  <div class="head"><h2 id="resetting-title">Reset the sandbox?</h2></div>
  <div class="body">
    <p>All changes to contacts, the log of requests and the ordered faults go. The seed comes back.</p>
    <div class="buttons">
      <button type="button" class="strong" id="reset-now">Reset</button>
      <button type="button" class="close">Cancel</button>
    </div>
  </div>
</dialog>
<p id="said" role="status"></p>
`

const script = String.raw`
const byId = (id) => document.getElementById(id)

/** An element; a handler is a property, all else an attribute. Text stays text. */
const el = (tag, attributes, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element[name] = value
    else if (value !== undefined && value !== false) element.setAttribute(name, value)
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== ""))
  return element
}

const api = async (method, path, body) => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
  const response = await fetch(path, init)
  if (!response.ok) throw new Error(await response.text())
  return response.status === 204 ? undefined : await response.json()
}

let silence
const say = (text) => {
  byId("said").textContent = text
  clearTimeout(silence)
  silence = setTimeout(() => { byId("said").textContent = "" }, 6000)
}

const isOnline = (online) => {
  byId("link").className = online ? "small" : "small lost"
  byId("link").textContent = online ? "listening" : "stopped: not reachable"
}

/** Does something for a click, and says what went wrong. */
const attempt = async (work) => {
  try { await work() } catch (error) { say(error.message) }
}

const plural = (count, one, many) => count.toLocaleString("en") + " " + (count === 1 ? one : many)

/** NP6's instants: seconds or milliseconds, also in a text, or ISO 8601. */
const instant = (value) => {
  if (value === undefined || value === null || value === "") return "no date"
  const number = Number(value)
  const date = new Date(Number.isNaN(number) ? value : number < 1e11 ? number * 1000 : number)
  return Number.isNaN(date.getTime())
    ? String(value)
    : date.toISOString().slice(0, 16).replace("T", " ") + " UTC"
}

const rowOf = (within, key) =>
  [...within.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)

/** Puts rows in place of others; the focus stays on the row that had it. */
const replaceRows = (list, rows) => {
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined
  list.replaceChildren(...rows)
  if (key !== undefined) rowOf(list, key)?.focus()
}

// Details

const detail = byId("detail")
/** Shows again what the dialog is about, after a change. */
let showAgain = () => {}
/** The row that the focus goes back to, which may be another element by then. */
let opener
const show = (title, content, again) => {
  showAgain = again
  byId("detail-title").textContent = title
  detail.querySelector(".body").replaceChildren(...content)
  if (detail.open) return
  opener = document.activeElement?.dataset.key
  detail.showModal()
  detail.scrollTop = 0
}
detail.onclose = () => {
  if (opener !== undefined) rowOf(document, opener)?.focus()
}
for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll(".close")) button.onclick = () => dialog.close()
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close() }
}

const table = (label, head, rows) =>
  el("table", { "aria-label": label },
    head === undefined ? "" : el("thead", {}, el("tr", {},
      head.map(([name, place]) => el("th", { scope: "col", class: place }, name)))),
    el("tbody", {}, rows))

// The account

let account
let accountText = ""
const mostContacts = 100

const unicityOf = (contact) =>
  account.fields.filter((field) => field.isUnicity)
    .map((field) => String(contact.fields[field.id] ?? ""))
const nameOf = (contact) => unicityOf(contact).join(", ")
const segmentNamed = (id) => account.segments.find((segment) => segment.id === id)

const bounceTypes = {
  3: "validated", 4: "soft", 51: "hard: domain", 52: "hard: user", 53: "hard: other",
  54: "hard: rules", 6: "reported as spam",
}
const redListReasons = [
  "unknown", "API", "import", "form", "list-unsubscribe", "complaint", "SMS stop", "SMS blacklist",
  "SMS administrative", "SMS specific",
]
const valueText = (value) => Array.isArray(value) ? value.join(", ") : String(value)

const showContact = (contact) => {
  const fields = account.fields.map((field) => {
    const value = contact.fields[field.id]
    return el("tr", {},
      el("th", { scope: "row" }, field.name, " ", el("span", { class: "soft small mono" }, String(field.id))),
      el("td", {}, value === undefined ? el("span", { class: "soft" }, "not set") : valueText(value)))
  })
  const segments = contact.segments.map((id) => {
    const segment = segmentNamed(id)
    return el("li", {}, segment === undefined ? String(id) : segment.name + " ",
      el("span", { class: "soft small" }, String(id) + (segment === undefined ? "" : ", " + segment.type)))
  })
  const bounces = contact.bounce.map(({ field, reason, timestamp, type }) => {
    const name = account.fields.find(({ id }) => id === field)?.name ?? "field " + field
    return el("li", {}, el("span", { class: "tag bad" }, bounceTypes[type] ?? "type " + type), " ",
      name + ", " + instant(timestamp) + ", ",
      typeof reason === "string" && reason !== "" ? reason : "reason " + reason)
  })
  const redList = Object.entries(contact.redList).map(([medium, { reason, timestamp }]) =>
    el("li", {}, el("span", { class: "tag bad" }, medium === "sms" ? "SMS" : medium), " ",
      (redListReasons[reason] ?? valueText(reason)) +
        (timestamp === undefined ? "" : ", since " + instant(timestamp))))
  const list = (title, items, none) => [
    el("h3", {}, title),
    items.length === 0 ? el("p", { class: "soft" }, none) : el("ul", { "aria-label": title }, items),
  ]
  show(nameOf(contact), [
    el("p", { class: "soft small" }, "Target ", el("code", {}, contact.id),
      ", created " + instant(contact.creationDate) + ", updated " + instant(contact.lastUpdateDate)),
    el("h3", {}, "Fields"), table("Fields", undefined, fields),
    ...list("Segments", segments, "In no segment."),
    ...list("Bounces", bounces, "None."),
    ...list("Red list", redList, "Not on a red list."),
    el("p", { class: "soft small" }, "Hash ", el("code", {}, contact.hash)),
    el("div", { class: "buttons" }, el("button", {
      type: "button",
      onclick: () => {
        opener = undefined
        detail.close()
        const values = unicityOf(contact)
        contactInputs().forEach((input, index) => { input.value = values[index] })
        byId("faults").scrollIntoView()
        byId("fault-buttons").querySelector("button").focus()
      },
    }, "Order a fault for this contact")),
  ], () => {
    const fresh = account.targets.find(({ id }) => id === contact.id)
    if (fresh !== undefined) showContact(fresh)
  })
}

const contactRow = (contact) => {
  const segments = contact.segments.map((id) => el("span", { class: "tag" }, segmentNamed(id)?.name ?? String(id)))
  const problems = [
    ...(contact.bounce.length === 0 ? [] : [plural(contact.bounce.length, "bounce", "bounces")]),
    ...Object.keys(contact.redList).map((medium) => "red list: " + (medium === "sms" ? "SMS" : medium)),
  ].map((problem) => el("span", { class: "tag bad" }, problem))
  return el("li", {}, el("button", {
    type: "button", class: "contact", "data-key": contact.id, "aria-haspopup": "dialog",
    onclick: () => showContact(contact),
  },
    el("span", { class: "who" }, nameOf(contact)),
    el("span", { class: "soft mono small" }, contact.id),
    segments.length + problems.length === 0
      ? ""
      : el("span", { class: "more" }, el("span", { class: "tags" }, segments, problems))))
}

const fieldTypes = {
  singleSelectList: "list, one value", multipleSelectList: "list, several values", textField: "text",
  textArea: "long text", email: "e-mail", phone: "phone", numeric: "number", date: "date",
}
const operators = ["", ">", "<", "≥", "≤", "="]

const showFields = () => {
  const rows = account.fields.map((field) => {
    const list = account.valueLists.find(({ id }) => id === field.valueListId)
    const { constraint } = field
    const rules = [
      ...(field.isUnicity ? [el("span", { class: "tag" }, "unicity")] : []),
      ...(field.isMandatory ? [el("span", { class: "tag" }, "mandatory")] : []),
      ...(constraint && constraint.operator > 0
        ? [el("span", { class: "tag" }, (field.type.startsWith("text") ? "length " : "") +
          operators[constraint.operator] + " " + constraint.value)]
        : []),
    ]
    return el("tr", {},
      el("th", { scope: "row" }, field.name,
        list === undefined ? "" : el("div", { class: "soft small" },
          list.values.map(({ value }) => value).join(", "))),
      el("td", { class: "mono" }, String(field.id)),
      el("td", {}, fieldTypes[field.type] ?? field.type),
      el("td", {}, el("span", { class: "tags" }, rules)))
  })
  byId("fields").replaceChildren(
    table("Fields", [["Name"], ["Id"], ["Type"], ["Rules"]], rows))
}

const showSegments = () => {
  const rows = account.segments.map((segment) =>
    el("tr", {},
      el("th", { scope: "row" }, segment.name,
        segment.description ? el("div", { class: "soft small" }, segment.description) : ""),
      el("td", { class: "mono" }, String(segment.id)),
      el("td", {}, el("span", { class: "tags" }, segment.type,
        segment.isTest ? el("span", { class: "tag" }, "test") : "",
        segment.expiration ? el("span", { class: "tag" }, "until " + segment.expiration.slice(0, 10)) : "")),
      el("td", {}, segment.targetsCount.toLocaleString("en"))))
  byId("segments").replaceChildren(
    table("Segments", [["Name"], ["Id"], ["Type"], ["Contacts"]], rows))
}

const contactInputs = () => [...byId("contact").querySelectorAll("input")]

const showAccount = () => {
  const { fields, found, keys, segments, targets, targetsCount } = account
  const counts = { contacts: targetsCount, fields: fields.length, segments: segments.length }
  for (const [name, count] of Object.entries(counts)) {
    byId("tab-" + name).querySelector(".count").textContent = count.toLocaleString("en")
  }
  const isSearch = byId("search").value.trim() !== ""
  const part = found > targets.length ? ", the newest " + targets.length + " shown" : ""
  byId("found").textContent = isSearch
    ? plural(found, "contact", "contacts") + " found" + part
    : found > targets.length ? plural(found, "contact", "contacts") + part : ""
  replaceRows(byId("contact-rows"), targets.map(contactRow))
  byId("first-steps").hidden = targetsCount > 0

  const full = keys.find(({ permissions }) => permissions.length === 4) ?? keys[0]
  byId("keys").replaceChildren(...keys.flatMap(({ name, value }) => [
    " ", el("span", {}, el("span", { class: "soft" }, "Key " + name), " ", el("code", {}, value))]))
  const unicity = fields.filter((field) => field.isUnicity)
  const example = Object.fromEntries(unicity.map(({ id, type }) =>
    [id, type === "email" ? "jane@example.com" : type === "numeric" ? 1 : type === "phone" ? "+33639980001" : "Jane"]))
  const curl = "curl -i -H 'X-Key: " + full.value + "' "
  byId("first-steps").querySelector("pre").textContent =
    curl + "-H 'Content-Type: application/json' -d '" + JSON.stringify(example) + "' " + location.origin + "/targets\n\n" +
    curl + "-H 'x-sandbox-fault: 503' " + location.origin + "/targets"
  showFields()
  showSegments()
  if (detail.open) showAgain()

  const names = unicity.map(({ name }) => name)
  if (contactInputs().map((input) => input.dataset.field).join("\n") !== names.join("\n")) {
    byId("contact").replaceChildren(...names.map((name) =>
      el("label", { class: "above" }, el("span", {}, "Contact: " + name),
        el("input", { "data-field": name, placeholder: "any", autocomplete: "off", spellcheck: "false" }))))
  }
}

const refresh = async () => {
  const query = new URLSearchParams({ search: byId("search").value.trim(), limit: mostContacts, order: "newest" })
  const [fresh, rules] = await Promise.all([api("GET", "state?" + query), api("GET", "faults")])
  showRules(rules)
  const json = JSON.stringify(fresh)
  if (json === accountText) return
  accountText = json
  account = fresh
  showAccount()
}

// Faults

const html = {
  _tag: "Respond", status: 502, headers: { "content-type": "text/html; charset=utf-8" },
  body: "<!DOCTYPE html><title>502</title><h1>502 Bad Gateway</h1>",
}
const faults = [
  ["503", "Responds 503, as NP6 does in maintenance", { _tag: "Respond", status: 503 }],
  ["429", "Responds 429: too many requests, try again in one second",
    { _tag: "Respond", status: 429, headers: { "retry-after": "1" } }],
  ["500, applied", "Acts on the request, then responds 500", { _tag: "Respond", status: 500, applied: true }],
  ["HTML page 502", "Responds with a page, as a gateway in front of NP6 would", html],
  ["Late by 2 s", "Waits two seconds, then acts and responds", { _tag: "Latency", duration: 2000 }],
  ["No response", "Never responds, and doesn't act", { _tag: "Hang" }],
  ["No response, applied", "Acts on the request, and never responds", { _tag: "Hang", applied: true }],
  ["Connection reset", "Breaks the connection before it acts", { _tag: "Reset" }],
  ["Connection reset, applied", "Acts on the request, then breaks the connection", { _tag: "Reset", applied: true }],
  ["Connection refused", "Refuses the connection", { _tag: "Refuse" }],
  ["Body cut off", "Acts, and sends half of the response's body", { _tag: "Truncate" }],
]

const faultName = (fault) => {
  const applied = fault.applied ? ", applied" : ""
  switch (fault._tag) {
    case "Respond": {
      const type = Object.entries(fault.headers ?? {}).find(([name]) => name.toLowerCase() === "content-type")?.[1]
      return (type?.startsWith("text/html") ? "HTML page " : "") + fault.status + applied
    }
    case "Latency":
      return "Late by " + fault.duration / 1000 + " s" + (fault.andThen ? ", then " + faultName(fault.andThen) : "")
    case "Hang": return "No response" + applied
    case "Reset": return "Connection reset" + applied
    case "Refuse": return "Connection refused"
    case "Truncate": return "Body cut off"
    case "ContentType": return "Content type " + fault.contentType
  }
}

const ruleText = ({ on, seen, skip, times }) => {
  const requests = [
    on.operation ?? "any operation",
    ...(on.method === undefined ? [] : [on.method]),
    ...(on.path === undefined ? [] : [typeof on.path === "string" ? on.path : "/" + on.path.pattern + "/" + on.path.flags]),
    ...(on.unicity === undefined ? [] : ["for " + [on.unicity].flat().join(", ")]),
  ].join(" ")
  const wait = skip > seen ? ", after " + plural(skip - seen, "other", "others") : ""
  const left = times === "Infinity" ? "each request" : plural(times - Math.max(0, seen - skip), "request", "requests")
  return requests + ": " + left + wait
}

let rulesText = ""
const showRules = (rules) => {
  const json = JSON.stringify(rules)
  if (json === rulesText) return
  rulesText = json
  byId("rules").replaceChildren(...(rules.length === 0
    ? [el("li", { class: "soft" }, "None.")]
    : rules.map((rule) => el("li", {}, el("span", { class: "tag fault" }, faultName(rule.fault)), ruleText(rule)))))
  byId("drop").hidden = rules.length === 0
}

const order = (name, fault) => attempt(async () => {
  const inputs = contactInputs()
  const values = inputs.map((input) => input.value.trim()).filter((value) => value !== "")
  if (values.length > 0 && values.length < inputs.length) throw new Error("Give all fields of the contact, or none.")
  const operation = byId("operation").value
  const times = byId("every").checked ? "Infinity" : byId("times").valueAsNumber
  if (times !== "Infinity" && !(Number.isInteger(times) && times > 0)) throw new Error("Requests: a whole number from 1.")
  const on = {
    ...(operation === "" ? {} : { operation }),
    ...(values.length === 0 ? {} : { unicity: values }),
  }
  await api("POST", "faults", { on, times, fault })
  await refresh()
  say("Ordered: " + name)
})

byId("fault-buttons").append(...faults.map(([name, title, fault]) =>
  el("button", { type: "button", title, onclick: () => order(name, fault) }, name)))
byId("every").onchange = () => { byId("times").disabled = byId("every").checked }
byId("drop").onclick = () => attempt(async () => {
  await api("DELETE", "faults")
  await refresh()
  byId("fault-buttons").querySelector("button").focus()
  say("All faults are dropped.")
})

// Requests

const mostRequests = 500
let log = []
let newest = 0

const statusClass = ({ milliseconds, status }) =>
  milliseconds === null ? "soft" : status === null || status >= 500 ? "bad" : status >= 400 ? "warn" : "good"
const statusText = ({ milliseconds, status }) =>
  status === null ? (milliseconds === null ? "waiting" : "no response") : String(status)
const targetOf = ({ path, query }) => path + (query === "" ? "" : "?" + query)
const decoded = (text) => { try { return decodeURIComponent(text) } catch { return text } }
const isFailure = ({ fault, status }) => fault !== null || status === null || status >= 400
const timeOf = ({ time }) => new Date(time).toLocaleTimeString("en-GB")

const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2) } catch { return text } }

const showRequest = (request) => {
  const { applied, body, bodyBytes, fault, headers, milliseconds, operation, reason, requestId } = request
  const rows = [
    ["Operation", operation], ["Status", statusText(request)],
    ...(reason === null ? [] : [["Reason", reason]]),
    ...(fault === null ? [] : [["Fault", fault]]),
    ["Changed the account", applied ? "yes" : "no"], ["Key", headers["x-key"] ?? "none"],
    ["Came at", timeOf(request)], ["Took", milliseconds === null ? "still waiting" : milliseconds + " ms"],
    ["x-request-id", requestId],
  ].map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))
  const others = Object.entries(headers).filter(([name]) => name !== "x-key")
    .map(([name, value]) => name + ": " + value).join("\n")
  show(request.method + " " + decoded(targetOf(request)), [
    table("Request", undefined, rows),
    ...(body === "" ? [] : [el("h3", {}, "Body, " + plural(bodyBytes, "byte", "bytes")),
      el("pre", { tabindex: "0", "aria-label": "Body" }, pretty(body))]),
    el("h3", {}, "Headers"), el("pre", { tabindex: "0", "aria-label": "Headers" }, others),
  ], () => {
    const fresh = log.find(({ index }) => index === request.index)
    if (fresh !== undefined && fresh.milliseconds !== milliseconds) showRequest(fresh)
  })
}

const requestRow = (request) => {
  const { fault, headers, method, milliseconds, reason } = request
  return el("li", {}, el("button", {
    type: "button", class: "request", "data-key": request.index, "aria-haspopup": "dialog",
    onclick: () => showRequest(request),
  },
    el("span", { class: "soft small when" }, timeOf(request)),
    el("span", { class: "what mono" }, el("strong", {}, method), " " + decoded(targetOf(request))),
    el("span", {}, el("span", { class: "status " + statusClass(request) }, statusText(request)),
      el("span", { class: "soft small wide" },
        (milliseconds === null ? "" : " " + milliseconds + " ms") + " " + (headers["x-key"] ?? "no key"))),
    fault === null && reason === null ? "" : el("span", { class: "why small" },
      fault === null ? "" : el("span", { class: "tag fault" }, "fault: " + fault), fault === null ? "" : " ",
      reason === null ? "" : reason)))
}

const showLog = () => {
  const wanted = byId("failures").checked ? log.filter(isFailure) : log
  replaceRows(byId("request-rows"), wanted.slice(0, mostRequests).map(requestRow))
  byId("requests-count").textContent = log.length === 0 ? "" : log.length === mostRequests ? "the last " + mostRequests : String(log.length)
  if (detail.open) showAgain()
  byId("no-requests").hidden = wanted.length > 0
  byId("no-requests").textContent = log.length === 0 ? "They appear here as they come." : "None of them failed."
}

/** Takes in new requests, and those that have their response since. */
const receive = (fresh) => {
  if (fresh.length === 0) return
  const known = new Map(log.map((request) => [request.index, request]))
  for (const request of fresh) known.set(request.index, request)
  log = [...known.values()].sort((a, b) => b.index - a.index).slice(0, mostRequests)
  newest = Math.max(newest, log[0].index)
  showLog()
}

const update = async () => {
  const waiting = log.filter(({ milliseconds }) => milliseconds === null).map(({ index }) => index)
  if (waiting.length > 0) {
    const late = await api("GET", "requests?after=" + (Math.min(...waiting) - 1) + "&limit=" + mostRequests)
    // A reset leaves no trace of those that waited for it.
    const gone = waiting.filter((index) => !late.some((request) => request.index === index))
    log = log.filter(({ index }) => !gone.includes(index))
    receive(late)
  }
  await refresh()
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Asks for requests as they come, as long as the page is open. */
const follow = async () => {
  let wait = 0
  for (;;) {
    try {
      receive(await api("GET", "requests?after=" + newest + "&limit=" + mostRequests + "&wait=" + wait))
      await update()
      isOnline(true)
      wait = 30000
      // Many requests at once are shown together.
      await pause(200)
    } catch {
      isOnline(false)
      // Another sandbox may be there next, which counts from one.
      log = []
      newest = 0
      wait = 0
      await pause(1000)
    }
  }
}

const clearLog = () => {
  log = []
  showLog()
}

byId("failures").onchange = showLog
byId("reset").onclick = () => byId("resetting").showModal()
byId("reset-now").onclick = () => attempt(async () => {
  byId("resetting").close()
  await api("POST", "reset")
  clearLog()
  await refresh()
  say("Back to the seed: " + plural(account.targetsCount, "contact", "contacts") + ".")
})

let typing
byId("search").oninput = () => {
  clearTimeout(typing)
  typing = setTimeout(() => attempt(refresh), 150)
}

// Tabs

const tabs = [...document.querySelectorAll("[role=tab]")]
const select = (tab) => {
  for (const one of tabs) {
    const isChosen = one === tab
    one.setAttribute("aria-selected", String(isChosen))
    one.tabIndex = isChosen ? 0 : -1
    byId(one.getAttribute("aria-controls")).hidden = !isChosen
  }
}
for (const [index, tab] of tabs.entries()) {
  tab.onclick = () => select(tab)
  tab.onkeydown = ({ key }) => {
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[key]
    if (to === undefined) return
    const next = tabs[(to + tabs.length) % tabs.length]
    select(next)
    next.focus()
  }
}

byId("base").textContent = location.origin
showLog()
follow()
// Others may reset the sandbox, or load a seed, without a request that the log has.
setInterval(() => { if (!document.hidden) update().catch(() => {}) }, 3000)
`

/** The page. */
export const page: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>NP6 sandbox</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230a5db3'/%3E%3Cpath d='M4 12V4l8 8V4' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E">
<style>${style}</style>
${body}
<script type="module">${script}</script>
</html>
`
