export { webRequest } from './web-request.ts'
