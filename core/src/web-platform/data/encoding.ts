import { TextDecoder, TextEncoder } from '@exodus/bytes/encoding.js'
import { registerInterface } from '../base/webidl.ts'

registerInterface(TextDecoder)
registerInterface(TextEncoder)

export { TextDecoder, TextEncoder }
