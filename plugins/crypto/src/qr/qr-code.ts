import { defineBlock } from '@ashlar/sdk'
import { encode, renderSVG } from 'uqr'
import { z } from 'zod'
import { writePng } from './png.ts'

export const qrCode = defineBlock({
  id: 'e41fd725-6c59-4423-9236-ccb8e65be466',
  name: 'qr-code',
  description: 'Create a QR code for a text or an address, as SVG or as a PNG or SVG file.',
  category: 'CRYPTO',
  categories: ['MEDIA'],
  icon: 'qr-code',
  synonyms: ['qrcode', 'barcode', 'qr generator', 'wifi code', 'scan code', 'image of url', '2d code'],
  capabilities: { files: ['write'] },
  onCrash: 'retry',
  input: z.object({
    text: z.string().min(1).describe('The content of the code, at most 2953 bytes.'),
    file: z
      .string()
      .default('')
      .meta({ description: 'A file to write, which ends with .png or .svg. Empty for no file.', examples: ['code.png'] }),
    correction: z
      .enum(['L', 'M', 'Q', 'H'])
      .default('M')
      .describe('How much of the code may be damaged: L 7 %, M 15 %, Q 25 %, H 30 %. More correction needs a larger code.'),
    scale: z.int().min(1).max(50).default(8).describe('The size of a module (a small square), in pixels.'),
    margin: z
      .int()
      .min(0)
      .max(20)
      .default(4)
      .meta({ description: 'The width of the white border, in modules. Readers expect 4.', advanced: true }),
  }),
  output: z.object({
    svg: z.string().describe('The code as an SVG image.'),
    file: z.string().describe('The path of the file, if one was written.'),
    size: z.int().describe('The number of modules in a row, without the border.'),
  }),
  tests: [
    {
      input: { text: 'https://example.com/' },
      output: [
        ['svg', (svg: string) => svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')],
        ['size', 25],
      ],
    },
    {
      input: { text: 'a', file: 'out/a.PNG', scale: 2 },
      output: [
        ['svg', (svg: string) => svg.length > 100],
        ['file', 'out/a.PNG'],
        ['size', 21],
      ],
    },
    { input: { text: 'a', file: 'a.jpg' }, output: [['error', 'file must end with .png or .svg, got "a.jpg"']] },
    {
      input: { text: 'a'.repeat(3000) },
      output: [['error', 'text must have at most 2331 bytes for the correction M, got 3000']],
    },
  ],
  async *run({ text, file, correction, scale, margin }, { files }) {
    const kind = /\.(png|svg)$/i.exec(file)?.[1]?.toLowerCase()
    if (file !== '' && kind === undefined) throw new Error(`file must end with .png or .svg, got ${JSON.stringify(file)}`)
    const bytes = new TextEncoder().encode(text).length
    if (bytes > MAX_BYTES[correction])
      throw new Error(`text must have at most ${MAX_BYTES[correction]} bytes for the correction ${correction}, got ${bytes}`)
    const options = { ecc: correction, border: margin } as const
    const svg = renderSVG(text, { ...options, pixelSize: scale })
    const { data, size } = encode(text, options)
    yield ['svg', svg]
    if (kind !== undefined) yield ['file', (await files.write(file, kind === 'svg' ? svg : await writePng(data, scale))).path]
    yield ['size', size - 2 * margin]
  },
})

/** The capacity of version 40 in bytes (ISO/IEC 18004, table 7). */
const MAX_BYTES = { L: 2953, M: 2331, Q: 1663, H: 1273 }
