import './value-plugin.ts'

export { assertText } from './text-plugin.ts'
