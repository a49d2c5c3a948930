/** `node:assert/strict` */
import assert from 'assert/build/assert.js'

const { strict } = assert
export { strict as default }
export const { AssertionError, ok, fail, match, doesNotMatch } = strict
export const { strictEqual, strictEqual: equal, notStrictEqual, notStrictEqual: notEqual } = strict
export const { deepStrictEqual, deepStrictEqual: deepEqual, notDeepStrictEqual, notDeepStrictEqual: notDeepEqual } = strict
export const { throws, doesNotThrow, rejects, doesNotReject, ifError } = strict
