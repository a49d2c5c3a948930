export { createQueue } from './queue.ts'
export type { Lease, NewJob, Queue } from './queue.ts'
