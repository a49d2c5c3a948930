import { definePlugin } from '@ashlar/sdk'
import { countdown } from './countdown.ts'
import { currentDate } from './current-date.ts'
import { currentDateTime } from './current-date-time.ts'
import { currentTime } from './current-time.ts'

export default definePlugin({ name: 'time', blocks: [currentTime, currentDate, currentDateTime, countdown] })
