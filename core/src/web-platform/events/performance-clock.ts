/** The isolate's own clock, taken before plugin code could replace it. */
const { now } = Date

let origin = 0
let last = 0

/** Milliseconds since the context's first question. It goes in steps of a millisecond and never back. */
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
