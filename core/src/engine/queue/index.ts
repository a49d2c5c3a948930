export { ReadyQueue } from './ready-queue.ts'
export { SerialNodes } from './serial-nodes.ts'
