import { URLPattern } from 'urlpattern-polyfill/urlpattern'
import { registerInterface } from '../base/webidl.ts'

registerInterface(URLPattern)

export { URLPattern }
