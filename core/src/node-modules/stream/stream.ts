/** `node:stream`: the streams of Node as a library. */
import stream from 'readable-stream'

export { stream as default }
export const { Readable, Writable, Duplex, Transform, PassThrough, Stream } = stream
export const { pipeline, finished, compose, addAbortSignal, destroy, promises } = stream
