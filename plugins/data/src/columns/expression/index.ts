export { compileExpression } from './compile.ts'
export type { Expression } from './compile.ts'
