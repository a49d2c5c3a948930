export { buildUrl } from './build-url.ts'
export { parseUrl } from './parse-url.ts'
