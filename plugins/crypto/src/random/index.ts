export { randomId } from './random-id.ts'
export { randomText } from './random-text.ts'
export { uuid } from './uuid.ts'
