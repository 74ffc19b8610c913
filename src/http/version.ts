/** The version of the library, as in `deno.json`: what the `user-agent` says. */
export const version = "0.1.0"
