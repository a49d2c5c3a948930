// Imported before the library, which looks for this family on the global object and would find it partly evaluated.
import '../data/encoding.ts'
import { URL, URLSearchParams } from 'whatwg-url'
import { registerInterface } from '../base/webidl.ts'

registerInterface(URL)
registerInterface(URLSearchParams)

export { URL, URLSearchParams }
