export { JsonCheck } from './json-check.ts'
export { rejecting } from './rejecting.ts'
export { useLimits } from './use-limits.ts'
export { useSlices } from './use-slices.ts'
