export { cache } from './cache.ts'
export { debounce } from './debounce.ts'
export { once } from './once.ts'
export { rateLimit } from './rate-limit.ts'
