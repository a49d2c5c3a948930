export { parseDuration } from './duration.ts'
export { formatDuration } from './format-duration.ts'
export { parseDurationBlock } from './parse-duration.ts'
