export { proveTagged } from './prove.ts'
