import { getDocumentProxy } from 'unpdf'
import { z } from 'zod'

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>

const MAX_BYTES = 32 * 1024 * 1024

/** The pins that choose a PDF document. */
export const pdfPins = {
  file: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .meta({
      title: 'File',
      description: 'Path of a file of the execution. Set either this or base64.',
      examples: ['report.pdf'],
    }),
  base64: z.string().optional().meta({ title: 'Base64', description: 'The file in base64, or a data URI.' }),
  password: z
    .string()
    .default('')
    .meta({ title: 'Password', description: 'Password of a protected document.', secret: true, advanced: true }),
}

interface Source {
  file?: string | undefined
  base64?: string | undefined
  password: string
}

/** Opens the document and closes it after `use`. */
export async function* withPdf<T>(
  source: Source,
  read: (path: string) => Promise<Uint8Array>,
  use: (pdf: Pdf) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const pdf = await open(await readBytes(source, read), source.password)
  try {
    yield* use(pdf)
  } finally {
    await pdf.loadingTask.destroy()
  }
}

async function readBytes({ file, base64 }: Source, read: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  if ((file === undefined) === (base64 === undefined)) throw new Error('set either file or base64')
  const bytes = file === undefined ? decode(base64 ?? '') : await read(file)
  if (bytes.length > MAX_BYTES) throw new Error(`the file has ${bytes.length} bytes; a PDF document has at most ${MAX_BYTES}`)
  // The header may follow other bytes. Source: PDF 1.7, implementation note 13.
  if (!new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-'))
    throw new Error('the file is not a PDF document')
  return bytes
}

async function open(bytes: Uint8Array, password: string): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, password === '' ? {} : { password })
  } catch (cause) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause))
    if (name === 'PasswordException')
      throw new Error(
        password === '' ? 'the document is protected; set the pin password' : 'the password of the document is not correct',
        { cause },
      )
    throw new Error(`the file is not a valid PDF document: ${message}`, { cause })
  }
}

function decode(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text.replace(/^data:[^,]*,/, ''))
  } catch (cause) {
    throw new Error('base64 must be valid base64', { cause })
  }
}
