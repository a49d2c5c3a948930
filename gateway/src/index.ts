export { createGateway } from './server/index.ts'
export { limitHeapGrowth } from './base/heap.ts'
export type { Gateway, GatewayOptions } from './server/index.ts'
export type { Logger } from './base/logger.ts'
