export { compileExpression } from './compile.ts'
