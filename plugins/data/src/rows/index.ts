export { hasFields, listFields, needsOrder, rowBuilder, withField, withoutField } from './build-row.ts'
export { groupRows } from './group-rows.ts'
export { keyPins, otherKeysOf } from './key-pins.ts'
export { indexRows, matchKey } from './match-key.ts'
export { MEASURES } from './measures.ts'
export {
  dictionaryPin,
  readField,
  rememberByValue,
  roundFraction,
  rows,
  roundTo,
  textRow,
  toComparable,
  toNumber,
} from './rows.ts'
export type { Row } from './rows.ts'
