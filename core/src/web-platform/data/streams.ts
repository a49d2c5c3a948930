import * as streams from 'web-streams-polyfill'
import { registerInterface } from '../base/webidl.ts'

// The types declare a default export, which the module does not have.
const classes: Record<string, unknown> = streams
for (const type of Object.values(classes)) registerInterface(type as typeof streams.ReadableStream)

export {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from 'web-streams-polyfill'
