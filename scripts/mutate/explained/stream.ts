import type { Reason } from "../reason.ts"

export const stream: ReadonlyArray<Reason> = []
