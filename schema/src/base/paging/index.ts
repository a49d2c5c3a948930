export { defineConnection, defineEdge, toConnection } from './connection.ts'
export { decodeCursor, encodeCursor, parseFirst } from './cursors.ts'
export { selectsField } from './lookahead.ts'
export type { Connection, Edge } from './connection.ts'
