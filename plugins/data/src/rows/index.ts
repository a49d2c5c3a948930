export { groupRows } from './group-rows.ts'
export { MEASURES } from './measures.ts'
export { toNumber, readField, rows, textRow } from './rows.ts'
export type { Row } from './rows.ts'
