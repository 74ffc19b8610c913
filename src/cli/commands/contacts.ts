/**
 * Commands about contacts that are named one by one.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { Account } from "../../account/Account.ts"
import * as Bulk from "../../bulk/Bulk.ts"
import { readShape } from "../../import/ColumnMapping.ts"
import { byFieldName } from "../../import/Mapping.ts"
import { Targets } from "../../targets/Targets.ts"
import { addressesOf, spellingsOf } from "../addresses.ts"
import type { Command, Typed } from "../command.ts"
import { exitCodes, Stop, usage } from "../exit.ts"
import { writeNew } from "../newFile.ts"
import { Terminal } from "../terminal.ts"

const file = { value: "FILE", help: "a file of addresses, one a line; - is stdin" }

const get: Command = {
  name: "get",
  args: "<address>…",
  summary: "Prints contacts, a line of JSON each.",
  flags: { file, id: { help: "what is named are NP6's ids" } },
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { note, out } = yield* Terminal
      const targets = yield* Targets
      let missing = 0
      for (const name of yield* addressesOf(typed)) {
        const found = typed.has("id")
          ? yield* targets.get(name).pipe(
            Effect.asSome,
            Effect.catchTag("NotFound", () => Effect.succeedNone),
          )
          : yield* targets.find(name)
        if (Option.isSome(found)) out(JSON.stringify(found.value))
        else missing++
      }
      if (missing > 0) note(`${missing} contacts weren't found.`)
      return missing > 0 ? exitCodes.rejects : exitCodes.done
    }),
}

const upsert: Command = {
  name: "upsert",
  args: "<address> Field=value…",
  summary: "Creates or updates a contact, and prints it.",
  flags: {},
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { out } = yield* Terminal
      const shape = yield* readShape
      const [address, ...pairs] = typed.args
      const unicity = shape.fields.filter(({ isUnicity }) => isUnicity)
      const [only] = unicity
      if (address === undefined || only === undefined || unicity.length > 1) {
        return yield* Effect.fail(
          usage("Name the contact, then its fields: np6 upsert jane@example.com Name=Jane"),
        )
      }
      const cells = pairs.map((pair) => {
        const at = pair.indexOf("=")
        return at < 0 ? undefined : [pair.slice(0, at), pair.slice(at + 1)] as const
      })
      const wrong = cells.indexOf(undefined)
      if (wrong >= 0) {
        return yield* Effect.fail(usage(`Write fields as Field=value: "${pairs[wrong] ?? ""}"`))
      }
      const given = cells.flatMap((cell) => cell === undefined ? [] : [cell])
      const columns = [only.name, ...given.map(([name]) => name)]
      const mapper = byFieldName(shape, columns, { empty: "clear" })
      if (Result.isFailure(mapper)) {
        const fields = shape.fields.map(({ name }) => name).join(", ")
        return yield* Effect.fail(
          usage(`A field isn't the account's, or is there twice. The account has: ${fields}`),
        )
      }
      const contact = mapper.success.map([address, ...given.map(([, value]) => value)])
      if (Result.isFailure(contact)) {
        return yield* Effect.fail(usage(
          contact.failure.map(({ column, problem }) => `${column ?? "the contact"}: ${problem}`)
            .join("\n"),
        ))
      }
      const target = yield* (yield* Targets).upsert(
        contact.success.unicity,
        contact.success.values,
      )
      out(JSON.stringify(target))
      return exitCodes.done
    }),
}

/** Lets somebody confirm what can't be undone, by typing how many it is about. */
const confirm = (typed: Typed, what: string, count: number) =>
  Effect.gen(function* () {
    const { ask, note } = yield* Terminal
    note(`${what}: ${count} ${count === 1 ? "contact" : "contacts"}.`)
    if (typed.has("dry-run")) return false
    const most = yield* Effect.fromResult(typed.count("max", Infinity))
    if (count > most) {
      return yield* Effect.fail(
        new Stop(exitCodes.guarded, `These are more than --max ${most}. Nothing was deleted.`),
      )
    }
    if (typed.has("yes")) {
      if (typed.text("max") === undefined && count > 1) {
        return yield* Effect.fail(
          usage(`--yes for more than one contact needs --max N, the most that may be deleted.`),
        )
      }
      return true
    }
    const answer = yield* Effect.promise(() => ask(`Type ${count} to delete them: `))
    if (answer === undefined) {
      return yield* Effect.fail(
        usage("Nobody is here to confirm it. Add --yes --max N if you are sure."),
      )
    }
    if (answer.trim() !== String(count)) {
      return yield* Effect.fail(new Stop(exitCodes.guarded, "Nothing was deleted."))
    }
    return true
  })

const guards = {
  "dry-run": { help: "say what would be done, and do nothing" },
  max: { value: "N", help: "delete nothing when there are more" },
  yes: { help: "don't ask" },
}

const deleteContacts: Command = {
  name: "delete",
  args: "<address>…",
  summary: "Deletes contacts, for good.",
  flags: { file, ...guards },
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { isJson, note, out, stop } = yield* Terminal
      const addresses = yield* addressesOf(typed)
      if (!(yield* confirm(typed, "To delete", addresses.length))) return exitCodes.done
      const counts = { Deleted: 0, NotFound: 0, Unknown: 0, failed: 0 }
      yield* Stream.fromIterable(addresses).pipe(
        Bulk.delete("unicity", (address) => address, { stop: Deferred.await(stop) }),
        Stream.runForEach((outcome) =>
          Effect.sync(() => {
            if (outcome._tag === "Done") counts[outcome.value]++
            else counts.failed++
            if (outcome._tag === "Failed") note(outcome.error.message)
          })
        ),
      )
      const { Deleted: deleted, NotFound: notFound, Unknown: unknown, failed } = counts
      if (isJson) out(JSON.stringify({ command: "delete", deleted, notFound, unknown, failed }))
      else note(`${deleted + unknown} deleted, ${notFound} not found, ${failed} failed.`)
      return failed > 0 ? exitCodes.rejects : exitCodes.done
    }),
}

const erase: Command = {
  name: "erase",
  args: "--file FILE",
  summary: "Deletes people under every spelling of their address, and proves that they are gone.",
  flags: {
    file,
    receipt: { value: "FILE", help: "where the proof goes: NP6's request ids, and no address" },
    ...guards,
  },
  notes:
    "An address is looked for as it is written, without invisible characters, and in lower, upper\n" +
    "and mixed case. What was found is deleted by its id and looked for once more.",
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { isJson, note, out } = yield* Terminal
      const targets = yield* Targets
      const addresses = yield* addressesOf(typed)
      const found: Array<{ readonly at: number; readonly id: string; readonly spelling: string }> =
        []
      for (const [at, address] of addresses.entries()) {
        for (const spelling of spellingsOf(address)) {
          const target = yield* targets.find(spelling)
          if (Option.isNone(target)) continue
          const { id } = target.value
          if (!found.some((known) => known.id === id)) found.push({ at, id, spelling })
        }
      }
      note(`${addresses.length} addresses, ${found.length} contacts found.`)
      if (found.length === 0 || !(yield* confirm(typed, "To erase", found.length))) {
        return exitCodes.done
      }
      const erased: Array<
        { readonly line: number; readonly deleted: string; readonly gone: string }
      > = []
      for (const { at, id, spelling } of found) {
        const deleted = yield* targets.withResponse.delete(id).pipe(
          Effect.map(({ requestId }) => requestId ?? ""),
          // Somebody else was faster.
          Effect.catchTag("NotFound", ({ requestId }) => Effect.succeed(requestId ?? "")),
        )
        const after = yield* targets.withResponse.find(spelling)
        if (Option.isSome(after.value)) {
          return yield* Effect.fail(
            new Stop(exitCodes.unexpected, `The contact of line ${at + 1} is still there.`),
          )
        }
        erased.push({ line: at + 1, deleted, gone: after.requestId ?? "" })
      }
      const receipt = { command: "erase", addresses: addresses.length, erased }
      const path = typed.text("receipt")
      if (path !== undefined) {
        const text = JSON.stringify({ at: new Date().toISOString(), ...receipt }, undefined, 2)
        yield* writeNew(path, text, { isPrivate: true, what: "receipt" })
      }
      if (isJson) out(JSON.stringify(receipt))
      else note(`${erased.length} contacts are erased, and were looked for in vain.`)
      return exitCodes.done
    }),
}

/** A segment by its id or its name. */
export const segmentNamedOrOf = (text: string) =>
  /^\d+$/.test(text)
    ? Effect.succeed(Number(text))
    : Effect.map(Account.use((account) => account.segmentNamed(text)), ({ id }) => id)

const segmentCommand = (verb: "add" | "remove"): Command => ({
  name: `segment ${verb}`,
  args: "<segment> <address>…",
  summary: verb === "add" ? "Puts contacts into a segment." : "Takes contacts out of a segment.",
  flags: { file },
  needsKey: true,
  run: (typed) =>
    Effect.gen(function* () {
      const { isJson, note, out, stop } = yield* Terminal
      const [name, ...args] = typed.args
      if (name === undefined) return yield* Effect.fail(usage("Name the segment, or give its id."))
      const segment = yield* segmentNamedOrOf(name)
      const addresses = yield* addressesOf(typed, args)
      const counts = { done: 0, missing: 0, failed: 0 }
      yield* Stream.fromIterable(addresses).pipe(
        Bulk.forEach((address: string) =>
          Targets.use((targets) =>
            Effect.flatMap(targets.find(address), (target) => {
              if (Option.isNone(target)) return Effect.succeed("missing" as const)
              const change: Effect.Effect<void, { readonly message: string }> = verb === "add"
                ? Effect.catchTag(
                  targets.addToSegment(target.value.id, segment),
                  "Conflict",
                  () => Effect.void,
                )
                : Effect.catchTag(
                  targets.removeFromSegment(target.value.id, segment),
                  "NotFound",
                  () => Effect.void,
                )
              return Effect.as(change, "done" as const)
            })
          ), { stop: Deferred.await(stop) }),
        Stream.runForEach((outcome) =>
          Effect.sync(() => {
            if (outcome._tag === "Done") {
              counts[outcome.value]++
            } else counts.failed++
            if (outcome._tag === "Failed") {
              note(outcome.error.message)
            }
          })
        ),
      )
      if (isJson) {
        out(JSON.stringify({ command: `segment ${verb}`, segment, ...counts }))
      } else {
        note(
          `${counts.done} ${verb === "add" ? "are in it" : "aren't in it"}, ` +
            `${counts.missing} not found, ${counts.failed} failed.`,
        )
      }
      return counts.missing + counts.failed > 0 ? exitCodes.rejects : exitCodes.done
    }),
})

/** Commands about contacts that are named one by one. */
export const contactCommands: ReadonlyArray<Command> = [
  get,
  upsert,
  deleteContacts,
  erase,
  segmentCommand("add"),
  segmentCommand("remove"),
]
