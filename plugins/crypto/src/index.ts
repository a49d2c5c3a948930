import { definePlugin } from '@ashlar/sdk'
import { decode, encode } from './codes/index.ts'
import { compress, compressFile, decompress, decompressFile } from './compression/index.ts'
import { hash, hashFile, hmacBlock } from './hashes/index.ts'
import { decodeJwt, signJwt, verifyJwt } from './jwt/index.ts'
import { qrCode } from './qr/index.ts'
import { randomId, randomText, uuid } from './random/index.ts'
import { decrypt, encrypt, hashPassword, secretProvider, totp, verifyPassword, verifyWebhook } from './secrets/index.ts'

export default definePlugin({
  name: 'crypto',
  icon: 'key-round',
  providers: [secretProvider],
  blocks: [
    hash,
    hashFile,
    hmacBlock,
    encode,
    decode,
    uuid,
    randomId,
    randomText,
    decodeJwt,
    verifyJwt,
    signJwt,
    verifyWebhook,
    encrypt,
    decrypt,
    hashPassword,
    verifyPassword,
    totp,
    compress,
    decompress,
    compressFile,
    decompressFile,
    qrCode,
  ],
})
