/** `node:assert` */
import assert from 'assert/build/assert.js'

export { assert as default }
export const { AssertionError, ok, fail, equal, notEqual, strictEqual, notStrictEqual, strict, match, doesNotMatch } = assert
export const { deepEqual, notDeepEqual, deepStrictEqual, notDeepStrictEqual } = assert
export const { throws, doesNotThrow, rejects, doesNotReject, ifError } = assert
