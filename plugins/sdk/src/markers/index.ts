export { PIN_MARKERS, findMarkerFault } from './find-marker-fault.ts'
export { readPins } from './read-pins.ts'
export type { MarkedPin, PinMarker } from './find-marker-fault.ts'
