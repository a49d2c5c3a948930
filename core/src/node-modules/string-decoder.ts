/** `node:string_decoder` */
export { StringDecoder } from 'string_decoder/lib/string_decoder.js'
