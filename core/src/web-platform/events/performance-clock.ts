/** The clock of the isolate, read before any plugin code runs. */
const { now } = Date

let origin = 0
let last = 0

/** Milliseconds since the first call in the context, in steps of a millisecond. Never decreases. */
export const performance = {
  now(): number {
    origin ||= now()
    last = Math.max(last, now() - origin)
    return last
  },
  /** Milliseconds since 1970. */
  get timeOrigin(): number {
    origin ||= now()
    return origin
  },
}
