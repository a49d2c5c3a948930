export { FrameError, FrameReader, encodeFrame } from './frames.ts'
export {
  GUEST_ERROR_CODES,
  IDS_PER_CALL,
  INSTALLATION,
  LOADING,
  guestName,
  isolateOfGuest,
  maxMessageBytesOf,
  maxReportCharsOf,
} from './protocol.ts'
export type {
  CallKind,
  CallMessage,
  FromProcess,
  GuestCall,
  GuestEvent,
  GuestLimits,
  GuestNames,
  LostReason,
  Stretch,
  StretchNode,
  ToProcess,
} from './protocol.ts'
