import type { Reason } from "../reason.ts"

export const paths: ReadonlyArray<Reason> = []
