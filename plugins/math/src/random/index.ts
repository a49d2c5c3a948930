export { randomItems } from './random-items.ts'
export { randomNumber } from './random-number.ts'
