export { parseIcs } from './parse-ics.ts'
export { writeIcs } from './write-ics.ts'
