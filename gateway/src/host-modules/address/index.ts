export { describeCertificateFault } from './certificate.ts'
export { findServer } from './server-address.ts'
export type { ServerAddress } from './server-address.ts'
