export { dataCases } from './data.ts'
export { flowCases } from './flow.ts'
export { formatCases } from './formats.ts'
export { textCases } from './text.ts'
