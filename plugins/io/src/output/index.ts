export { output } from './output.ts'
