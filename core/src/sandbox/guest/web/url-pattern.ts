import { URLPattern } from 'urlpattern-polyfill/urlpattern'
import { registerInterface } from './webidl.ts'

registerInterface(URLPattern)

export { URLPattern }
