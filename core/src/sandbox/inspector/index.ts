export { InspectedIsolates } from './inspected-isolates.ts'
export { BundleInspector } from './inspector.ts'
export type { Inspector } from './inspector.ts'
