export { HASHES } from './algorithms.ts'
export { hash } from './hash.ts'
export { hashFile } from './hash-file.ts'
export { hmacBlock } from './hmac.ts'
