export { checkYields, runBlock } from './run-block.ts'
export { settlePins, stableText } from './script.ts'
export type { Failure, Performance, Yielded } from './run-block.ts'
export type { Action, ScriptedBlock } from './script.ts'
