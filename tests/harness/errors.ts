/** Errors as tests name them. */

/** An error's tag, and its reason where it has one: `Conflict/UnicityTaken`. */
export const nameOf = (error: { readonly _tag: string }): string =>
  "reason" in error ? `${error._tag}/${error.reason}` : error._tag
