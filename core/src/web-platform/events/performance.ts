import { EventTarget } from './events.ts'
import { performance as clock } from './performance-clock.ts'
import { PLATFORM, assertPlatform, defineInterface } from '../base/webidl.ts'

/** High Resolution Time section 7, without the marks and measures of User Timing. */
export class Performance extends EventTarget {
  constructor(...[key]: unknown[]) {
    assertPlatform(key)
    super()
  }

  now(): number {
    return clock.now()
  }

  get timeOrigin(): number {
    return clock.timeOrigin
  }

  toJSON(): { timeOrigin: number } {
    return { timeOrigin: this.timeOrigin }
  }
}
defineInterface(Performance, 'Performance')

export const performance = new Performance(PLATFORM)
