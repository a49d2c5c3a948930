export { FrameError, FrameReader, encodeFrame } from './frames.ts'
