import { setFlagsFromString } from 'node:v8'

/**
 * Sets when V8 collects the garbage of this process, a server.
 *
 * - The heap grows by half before a collection. By default it grows fourfold: a loop of a million items then keeps
 *   300 MB of garbage beside 70 MB of live objects. The throughput is the same.
 * - A collection starts when four fifths of this growth are used. By default it starts as soon as the growth has no
 *   space for another 32 MB of new objects. That is nearly always so, and buffers count as growth: passing on
 *   10 MB of rows marked the whole heap twice.
 */
export function limitHeapGrowth(): void {
  for (const flag of ['heap-growing-percent=50', 'incremental-marking-soft-trigger=80', 'incremental-marking-hard-trigger=95'])
    setFlagsFromString(`--${flag}`)
}
