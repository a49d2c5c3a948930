export { decodeJwt } from './decode-jwt.ts'
export { signJwt } from './sign-jwt.ts'
export { verifyJwt } from './verify-jwt.ts'
