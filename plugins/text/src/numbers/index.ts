export { formatNumber } from './format-number.ts'
export { parseNumberBlock } from './parse-number.ts'
