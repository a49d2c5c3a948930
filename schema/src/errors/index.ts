export { EXPECTED_ERRORS, EXPECTED_OR_FORBIDDEN, withExpectedErrors } from './errors.ts'
