import { definePlugin } from '@ashlar/sdk'
import { addToDate } from './add-to-date.ts'
import { compareDates } from './compare-dates.ts'
import { countdown } from './countdown.ts'
import { currentDate } from './current-date.ts'
import { currentDateTime } from './current-date-time.ts'
import { currentTime } from './current-time.ts'
import { dateDifference } from './date-difference.ts'
import { delay } from './delay.ts'
import { formatDate } from './format-date.ts'
import { parseDate } from './parse-date.ts'
import { periodOfDate } from './period-of-date.ts'
import { wait } from './wait.ts'

export default definePlugin({
  name: 'time',
  icon: 'clock',
  blocks: [
    currentTime,
    currentDate,
    currentDateTime,
    wait,
    delay,
    countdown,
    parseDate,
    formatDate,
    addToDate,
    dateDifference,
    compareDates,
    periodOfDate,
  ],
})
