/**
 * Imports the package and uses nothing of it: a bundler should leave nothing.
 *
 * @module
 */
import "@effect-np6/targets"
