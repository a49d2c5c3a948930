export { createGateway } from './gateway.ts'
export { assertPortFree } from './listen.ts'
export type { Gateway, GatewayOptions } from './gateway.ts'
