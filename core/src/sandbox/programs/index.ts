export { buildPrelude } from './prelude.ts'
export { buildProgram } from './programs.ts'
export type { Prelude } from './prelude.ts'
