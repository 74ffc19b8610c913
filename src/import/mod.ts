/**
 * Imports of files of any size, resumable, on one machine or on many.
 *
 * @module
 */
export * as Import from "./Import.ts"
export * from "./ImportError.ts"
export * as Mapping from "./Mapping.ts"
export * as Rows from "./Rows.ts"
export * as Source from "./Source.ts"
