export { createQueue } from './queue.ts'
export type { Lease, Queue } from './queue.ts'
