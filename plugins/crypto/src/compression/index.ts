export { compress } from './compress.ts'
export { compressFile } from './compress-file.ts'
export { decompress } from './decompress.ts'
export { decompressFile } from './decompress-file.ts'
