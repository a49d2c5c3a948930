import { EventTarget } from './events.ts'
import { performance as clock } from './performance-clock.ts'
import { defineInterface } from './webidl.ts'

let isOpen = false

/** High Resolution Time section 7, without the marks and measures of User Timing. */
export class Performance extends EventTarget {
  constructor() {
    if (!isOpen) throw new TypeError('Illegal constructor')
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

isOpen = true
export const performance = new Performance()
isOpen = false
