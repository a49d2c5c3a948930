export { releaseWork } from './take-over.ts'
export { countUnfinished } from './unfinished.ts'
export { createWorker } from './worker.ts'
export type { Worker } from './worker-parts.ts'
