export { FrameError, FrameReader, encodeFrame } from './frames.ts'
export {
  GUEST_ERROR_CODES,
  IDS_PER_CALL,
  INSTALLATION,
  LOADING,
  guestName,
  isolateName,
  getMaxMessageBytes,
  getMaxReportChars,
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
