import { TextDecoder, TextEncoder } from '@exodus/bytes/encoding-lite.js'
import { registerInterface } from './webidl.ts'

registerInterface(TextDecoder)
registerInterface(TextEncoder)

export { TextDecoder, TextEncoder }
