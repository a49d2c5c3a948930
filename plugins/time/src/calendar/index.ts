export {
  checkTimezone,
  dateInput,
  disambiguation,
  parseMoment,
  reject,
  showMoment,
  showText,
  timezone,
  toMoment,
} from './moment.ts'
export { nextPeriod, startOfPeriod, UNITS } from './period.ts'
export { strftime } from './strftime.ts'
export { strptime } from './strptime.ts'
export type { Disambiguation } from './moment.ts'
