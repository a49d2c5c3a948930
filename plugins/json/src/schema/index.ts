export { validate } from './validate.ts'
export { validateRows } from './validate-rows.ts'
