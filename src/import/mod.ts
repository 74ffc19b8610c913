/**
 * Imports of files of any size.
 *
 * @module
 */
export * from "./ImportError.ts"
export * as Mapping from "./Mapping.ts"
export * as Rows from "./Rows.ts"
export * as Source from "./Source.ts"
