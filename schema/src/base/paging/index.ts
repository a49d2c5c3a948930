export { decodeCursor, encodeCursor, parseFirst } from './cursors.ts'
export { selectsField } from './lookahead.ts'
