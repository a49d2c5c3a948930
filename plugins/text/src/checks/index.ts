export { detectLanguage } from './detect-language.ts'
export { validate } from './validate.ts'
