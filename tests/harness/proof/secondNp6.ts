/**
 * NP6 as its documents have it, in as few words as will do: what the proofs hold both the client and
 * the sandbox against. Written from the API page, and on purpose not from the sandbox's code. Where
 * the documents are silent, it makes the choices that the sandbox declares.
 *
 * It knows the account of `defaultSeed`, where the e-mail address is the one unicity.
 *
 * @module
 */

/** What a field may hold here. */
export type Value = string | number | ReadonlyArray<string> | null

/** Field values by id. */
export type Values = { readonly [field: number]: Value }

/** A target; a field that isn't set isn't there. */
export interface Contact {
  readonly id: string
  readonly fields: Values
  readonly segments: ReadonlyArray<number>
}

/** The targets of a bulk delete. */
export type Selected =
  | { readonly type: "id" | "unicity"; readonly value: ReadonlyArray<string> }
  | { readonly type: "segment"; readonly value: number }

/** What is asked, whichever way it travels. */
export type Ask =
  | { readonly operation: "targets.list" }
  | { readonly operation: "targets.get" | "targets.delete"; readonly id: string }
  | { readonly operation: "targets.getByUnicity"; readonly address: string }
  | { readonly operation: "targets.upsert"; readonly address: string; readonly values: Values }
  | { readonly operation: "targets.create"; readonly values: Values }
  | { readonly operation: "targets.update"; readonly id: string; readonly values: Values }
  | {
    readonly operation: "targets.addToSegment" | "targets.removeFromSegment"
    readonly id: string
    readonly segment: number
  }
  | { readonly operation: "targets.deleteMany"; readonly selected: Selected }

/** What is answered, and whether anything is another than before. */
export interface Reply {
  readonly status: number
  /** What the body says, where there is one. */
  readonly value?: unknown
  readonly changed: boolean
}

/** The field of the e-mail address. */
export const addressField = 8103

const fieldIds = [8101, 8102, 8103, 8104, 8105, 8106, 8107, 8108]
const segmentTypes: { readonly [id: number]: "static" | "dynamic" } = {
  12345: "static",
  12346: "static",
  14105: "dynamic",
}

const text = (value: Value): Value | undefined => typeof value === "string" ? value : undefined

/** A value as it reads back, or undefined where the field doesn't take it. */
const taken: { readonly [field: number]: (value: Value) => Value | undefined } = {
  8101: (value) =>
    ["Mr", "Mrs"].find((label) => label.toLowerCase() === String(value).toLowerCase()),
  8102: text,
  [addressField]: (value) => String(value).includes("@") ? text(value) : undefined,
  8106: (value) => typeof value === "number" ? value : undefined,
  8108: text,
}

const refused = (status: number): Reply => ({ status, changed: false })
const found = (value: unknown, changed = false): Reply => ({ status: 200, value, changed })
const done: Reply = { status: 204, changed: true }

const whole = ({ id, fields }: Contact): unknown => ({
  id,
  fields: Object.fromEntries(fieldIds.map((field) => [field, fields[field] ?? null])),
})

/** The id of the n-th target that is made, from 0. */
export const idAt = (n: number): string =>
  (Number.parseInt("000MLGPR", 36) + n).toString(36).toUpperCase().padStart(8, "0")

/** An account. */
export class Np6 {
  /** By id, in order of creation. */
  readonly contacts: Map<string, Contact> = new Map()
  readonly #ids = new Map<Value | undefined, string>()
  #made = 0

  constructor(start: ReadonlyArray<Omit<Contact, "id">> = []) {
    for (const contact of start) this.#keep({ id: idAt(this.#made++), ...contact })
  }

  /** The one with an address. */
  byAddress(address: Value | undefined): Contact | undefined {
    return this.contacts.get(this.#ids.get(address) ?? "")
  }

  /** Answers, and changes what is to be changed. */
  answer(ask: Ask): Reply {
    switch (ask.operation) {
      case "targets.list":
        return found(Array.from(this.contacts.values(), ({ id, fields }) => ({
          id,
          fields: { [addressField]: fields[addressField] },
        })))
      case "targets.getByUnicity": {
        const contact = this.byAddress(ask.address)
        return contact === undefined ? refused(404) : found(whole(contact))
      }
      case "targets.upsert":
        return ask.values[addressField] === ask.address
          ? this.#write(this.byAddress(ask.address), ask.values)
          : refused(400)
      case "targets.create":
        return this.#write(undefined, ask.values)
      case "targets.deleteMany":
        return this.#deleteMany(ask.selected)
    }
    const contact = this.contacts.get(ask.id)
    if (contact === undefined) return refused(404)
    switch (ask.operation) {
      case "targets.get":
        return found(whole(contact))
      case "targets.update":
        return this.#write(contact, ask.values)
      case "targets.delete":
        this.#remove(contact)
        return done
    }
    const isMember = contact.segments.includes(ask.segment)
    const type = segmentTypes[ask.segment]
    if (type === undefined) return refused(404)
    if (type === "dynamic") return refused(409)
    if (ask.operation === "targets.addToSegment") {
      if (isMember) return refused(409)
      this.#keep({ ...contact, segments: [...contact.segments, ask.segment] })
    } else {
      if (!isMember) return refused(404)
      this.#keep({ ...contact, segments: contact.segments.filter((id) => id !== ask.segment) })
    }
    return done
  }

  #write(contact: Contact | undefined, values: Values): Reply {
    const fields: { [field: number]: Value } = { ...contact?.fields }
    for (const [key, written] of Object.entries(values)) {
      const field = Number(key)
      const value = written === null ? null : taken[field]?.(written)
      if (value === undefined) return refused(400)
      if (value === null) delete fields[field]
      else fields[field] = value
    }
    const address = fields[addressField]
    if (address === undefined) return refused(400)
    const holder = this.byAddress(address)
    if (holder !== undefined && holder !== contact) return refused(409)
    if (contact !== undefined) this.#ids.delete(contact.fields[addressField])
    const kept = {
      id: contact?.id ?? idAt(this.#made++),
      fields,
      segments: contact?.segments ?? [],
    }
    this.#keep(kept)
    return found(whole(kept), true)
  }

  #deleteMany(selected: Selected): Reply {
    const named = selected.type === "segment"
      ? Array.from(this.contacts.values()).filter(({ segments }) =>
        segments.includes(selected.value)
      )
      : selected.value.map((value) =>
        selected.type === "id" ? this.contacts.get(value) : this.byAddress(value)
      )
    const contacts = [...new Set(named.filter((contact) => contact !== undefined))]
    if (contacts.length === 0) return refused(404)
    for (const contact of contacts) this.#remove(contact)
    return found(
      contacts.map(({ id, fields }) => ({ id, unicity: [fields[addressField]] })),
      true,
    )
  }

  #keep(contact: Contact): void {
    this.contacts.set(contact.id, contact)
    this.#ids.set(contact.fields[addressField], contact.id)
  }

  #remove(contact: Contact): void {
    this.contacts.delete(contact.id)
    this.#ids.delete(contact.fields[addressField])
  }
}
