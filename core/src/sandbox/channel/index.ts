export { FrameError, FrameReader, encodeFrame, writeFrame } from './frames.ts'
export { Iterations } from './iterations.ts'
export { splitReport } from './long-values.ts'
export {
  CREDIT,
  GUEST_ERROR_CODES,
  IDS_PER_CALL,
  INSTALLATION,
  LOADING,
  MORE_OUTPUTS,
  guestName,
  isolateName,
  getMaxMessageBytes,
  getMaxReportChars,
  MAX_PIECE_CHARS,
} from './protocol.ts'
export { parseUsage } from './usage.ts'
export type { UsageReport } from './usage.ts'
export type {
  CallKind,
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
