/** The `Date` of V8, read before any plugin code runs. */
const RealDate = Date

let fakeNow: number | undefined

/**
 * Stops the clock at a time while a block is tested.
 *
 * @param iso ISO 8601
 * @returns a function that restores the clock
 */
export function stopClock(iso: string): () => void {
  fakeNow = RealDate.parse(iso)
  globalThis.Date = StoppedDate as DateConstructor
  return () => {
    fakeNow = undefined
    globalThis.Date = RealDate
  }
}

/** Advances a stopped clock by the time of a sleep. */
export function advanceClock(ms: number): void {
  if (fakeNow !== undefined) fakeNow += Math.max(0, ms)
}

const StoppedDate = new Proxy(RealDate, {
  apply: () => new RealDate(fakeNow ?? RealDate.now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [fakeNow ?? RealDate.now()] : args, newTarget as typeof Date) as Date,
  get: (target, key) => (key === 'now' ? () => fakeNow ?? RealDate.now() : (Reflect.get(target, key) as unknown)),
})
