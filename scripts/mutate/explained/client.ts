import type { Reason } from "../reason.ts"

export const client: ReadonlyArray<Reason> = []
