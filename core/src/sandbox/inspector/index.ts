export { InspectedIsolates } from './inspected-isolates.ts'
export { BundleInspector, type Attachment, type Inspector } from './inspector.ts'
