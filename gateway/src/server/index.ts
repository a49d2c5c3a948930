export { createGateway } from './gateway.ts'
export { assertPortFree } from '../http/listen.ts'
export type { Gateway, GatewayOptions } from './gateway.ts'
