export { formatDuration } from './format-duration.ts'
export { parseDurationBlock } from './parse-duration.ts'
