export { createProcessStarter } from './process-link.ts'
export { SandboxProcess } from './sandbox-process.ts'
export type { StartProcess } from './process-link.ts'
