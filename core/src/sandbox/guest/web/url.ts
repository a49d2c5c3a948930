// Before the library, which takes its encoder from the global object.
import './encoding.ts'
import { URL, URLSearchParams } from 'whatwg-url'
import { registerInterface } from './webidl.ts'

registerInterface(URL)
registerInterface(URLSearchParams)

export { URL, URLSearchParams }
