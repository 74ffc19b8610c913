/**
 * The plan of an import: the whole source is read, each cell is checked, and the chunks and rejects
 * are written, before anything is sent.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { createHmac } from "node:crypto"
import { type Block, BlockCursor } from "./blocks.ts"
import { mappingError } from "./ColumnMapping.ts"
import type { ImportError } from "./ImportError.ts"
import type { CellProblem, Mapper } from "./Mapping.ts"
import { type CellValue, Columns, readBlock, type RowProblem } from "./Reader.ts"
import type { Layout } from "./Rows.ts"
import { contactKey, SeenContacts } from "./seen.ts"
import type { Source } from "./Source.ts"
import type { ChunkRecord, PlannedChunk, RejectRecord } from "./store.ts"

/** How many rows are sent under one lease. */
export const chunkRows = 500

/** A part of a plan. */
export interface PlanPart {
  readonly chunks: ReadonlyArray<PlannedChunk>
  readonly rejects: ReadonlyArray<RejectRecord>
}

/** The hash of bytes under an import's own key: a hash alone would tell a row that can be guessed. */
export const keyedHash = (secret: string, ...parts: ReadonlyArray<Uint8Array | string>): string => {
  const hmac = createHmac("sha256", secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest("base64url").slice(0, 22)
}

/** A row that can't be sent: its cells are at fault. */
export const cellReject = (
  { i, line, n }: Pick<RejectRecord, "i" | "line" | "n">,
  problems: ReadonlyArray<CellProblem>,
): RejectRecord => {
  const [first, ...others] = problems
  const more = others.map(({ column, problem }) =>
    column === undefined ? `; ${problem}` : `; ${column}: ${problem}`
  )
  return {
    n,
    i,
    line,
    name: first?.column ?? "",
    problem: `${first?.problem ?? "it can't be read"}${more.join("")}`,
    tag: "InvalidRow",
    remedy: "fix",
    applied: "no",
    status: 0,
    request: "",
  }
}

/** A contact of a plan, and what would be sent of it. */
export interface PlannedContact {
  readonly key: string
  readonly content: string
}

/** Plans a source, part by part. Gives the layout with all columns, those of later rows included. */
export const makePlan = (
  source: Source,
  layout: Layout,
  mapping: Mapper,
  { isOrdered, isUnchanged, secret }: {
    readonly isOrdered: boolean
    readonly secret: string
    /** Which of some contacts were sent before as they are now. */
    readonly isUnchanged:
      | ((
        contacts: ReadonlyArray<PlannedContact>,
      ) => Effect.Effect<ReadonlyArray<boolean>, ImportError>)
      | undefined
  },
  write: (part: PlanPart) => Effect.Effect<void, ImportError>,
): Effect.Effect<Layout, ImportError> =>
  Effect.gen(function* () {
    const columns = new Columns(layout.columns)
    const cursor = new BlockCursor(source, layout, columns)
    // Some 60 bytes a row; the filter grows where it is less.
    const seen = new SeenContacts(Math.ceil(source.size / 60))
    let mapper = mapping
    let n = 0
    for (;;) {
      const block = yield* cursor.next
      if (block === undefined) return { ...layout, columns: columns.names }
      const contacts: Array<PlannedContact> = []
      const part = planBlock(block, n, contacts)
      n += part.chunks.length
      const marks = isUnchanged === undefined ? [] : yield* isUnchanged(contacts)
      let at = 0
      const chunks = marks.includes(true)
        ? part.chunks.map((chunk) => ({
          ...chunk,
          outcomes: chunk.outcomes.replace(/[.]/g, () => marks[at++] === true ? "U" : "."),
        }))
        : part.chunks
      if (chunks.length > 0) yield* write({ ...part, chunks })
      if (part.failure !== undefined) return yield* Effect.fail(part.failure)
    }

    function planBlock(
      { bytes, offset, reader }: Block,
      first: number,
      contacts: Array<PlannedContact>,
    ): PlanPart & { readonly failure: ImportError | undefined } {
      const chunks: Array<PlanPart["chunks"][number]> = []
      const rejects: Array<RejectRecord> = []
      let chunk = { n: first, start: 0, line: 0, outcomes: "" }
      const end = (next: number): void => {
        if (chunk.outcomes === "") return
        chunks.push({
          n: chunk.n,
          start: offset + chunk.start,
          size: next - chunk.start,
          line: chunk.line,
          rows: chunk.outcomes.length,
          hash: keyedHash(secret, bytes.subarray(chunk.start, next)),
          outcomes: chunk.outcomes,
        })
        chunk = { n: chunk.n + 1, start: 0, line: 0, outcomes: "" }
      }
      let next = 0
      while (reader.advance()) {
        if (chunk.outcomes === "") chunk = { ...chunk, start: reader.start, line: reader.line }
        const known = columns.names.length
        const { cells, problem } = reader.read()
        if (columns.names.length > known) {
          const extended = mapper.extend(columns.names)
          if (Result.isFailure(extended)) {
            return { chunks: [], rejects: [], failure: mappingError(extended.failure) }
          }
          mapper = extended.success
        }
        const checked: ReturnType<Mapper["check"]> = problem === undefined
          ? mapper.check(cells)
          : Result.fail([problem])
        if (Result.isFailure(checked)) {
          const place = { n: chunk.n, i: chunk.outcomes.length, line: reader.line }
          rejects.push(cellReject(place, checked.failure))
          chunk.outcomes += "F"
        } else {
          const key = contactKey(checked.success.unicity)
          const isLater = isOrdered && seen.add(key)
          chunk.outcomes += isLater ? "L" : "."
          if (!isLater && isUnchanged !== undefined) {
            contacts.push({ key, content: checked.success.content() })
          }
        }
        next = reader.next
        if (chunk.outcomes.length >= chunkRows) end(next)
      }
      end(next)
      return { chunks, rejects, failure: undefined }
    }
  })

/** A record of a chunk that was read again. */
export interface ChunkRecordRead {
  readonly line: number
  readonly cells: ReadonlyArray<CellValue>
  readonly problem: RowProblem | undefined
}

/** Reads the records of a chunk again. Fails with `changed` when its bytes aren't those of the plan. */
export const readChunk = (
  source: Source,
  secret: string,
  { hash, line, size, start }: ChunkRecord,
  layout: Layout,
  changed: ImportError,
): Effect.Effect<ReadonlyArray<ChunkRecordRead>, ImportError> =>
  Effect.flatMap(source.read(start, size), (bytes) => {
    if (keyedHash(secret, bytes) !== hash) return Effect.fail(changed)
    const reader = readBlock(layout, new Columns(layout.columns), bytes, line, true)
    const records: Array<ChunkRecordRead> = []
    while (reader.advance()) records.push({ line: reader.line, ...reader.read() })
    return Effect.succeed(records)
  })

/** A row of a chunk, as it is sent. */
export interface ChunkRow {
  readonly i: number
  readonly line: number
  readonly contact: ReturnType<Mapper["map"]>
  /** What is sent, as text; where it is asked for. */
  readonly content: string
}

/** Makes contacts of the records of a chunk. */
export const contactRows = (
  records: ReadonlyArray<ChunkRecordRead>,
  mapper: Mapper,
  needsContent: boolean,
): ReadonlyArray<ChunkRow> =>
  records.map(({ cells, line, problem }, i) => {
    if (problem !== undefined) return { i, line, contact: Result.fail([problem]), content: "" }
    const checked = needsContent ? mapper.check(cells) : undefined
    const content = checked !== undefined && Result.isSuccess(checked)
      ? checked.success.content()
      : ""
    return { i, line, contact: mapper.map(cells), content }
  })
