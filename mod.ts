/**
 * The NP6 (MailPerformance) Target API as Effect programs.
 *
 * @module
 */
export * from "./src/Bounce.ts"
export * from "./src/Field.ts"
export * from "./src/Operation.ts"
export * from "./src/RedList.ts"
export * from "./src/SegmentId.ts"
export * from "./src/Selection.ts"
export * from "./src/Target.ts"
export * from "./src/TargetId.ts"
export * from "./src/Unicity.ts"
export * from "./src/Errors.ts"
export * from "./src/Answer.ts"
export * as RetryPolicy from "./src/RetryPolicy.ts"
export * from "./src/Targets.ts"
export * as Bulk from "./src/Bulk.ts"
export * as Progress from "./src/Progress.ts"
