export { serveInspectors } from './inspector-sockets.ts'
export { createSocketOperations } from './socket-operations.ts'
export { serveWebSockets, type WebSockets } from './web-sockets.ts'
