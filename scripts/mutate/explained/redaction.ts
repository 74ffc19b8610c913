import type { Reason } from "../reason.ts"

export const redaction: ReadonlyArray<Reason> = []
