export { EXPECTED, EXPECTED_OR_FORBIDDEN, expected } from './errors.ts'
