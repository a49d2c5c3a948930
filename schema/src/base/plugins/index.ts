import './scope-plugin.ts'
import './value-plugin.ts'

export type { OperationScope } from './scope-plugin.ts'
export { assertText } from './text-plugin.ts'
