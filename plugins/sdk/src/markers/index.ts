export { findMarkerFault } from './find-marker-fault.ts'
export type { MarkedPin, PinMarker } from './find-marker-fault.ts'
