export { EXPECTED, expected } from './errors.ts'
