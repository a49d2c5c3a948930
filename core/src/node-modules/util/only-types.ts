/** The part of `node:util` that the comparison of `assert` uses. */
export * as types from './types.ts'
