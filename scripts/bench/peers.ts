/**
 * What the benchmark compares with, each at its version. None of it is a dependency of the library.
 *
 * @module
 */

/** What npm installs beside the library for a run, by name. */
export const peers: Readonly<Record<string, string>> = {
  effect: "4.1.0",
  "@effect/platform-node": "4.1.0",
  "@streamparser/json": "0.0.26",
  axios: "1.21.1",
  got: "16.1.0",
  ky: "2.1.0",
  ofetch: "1.5.1",
  "p-map": "7.1.1",
  "stream-json": "3.8.0",
  stripe: "23.1.0",
  undici: "8.12.4",
}
