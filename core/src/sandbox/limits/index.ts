export { ISOLATIONS, isWeaker } from './isolation.ts'
export { DEFAULT_SANDBOX_LIMITS } from './limits.ts'
export type { Isolation } from './isolation.ts'
export type { SandboxLimits } from './limits.ts'
