import { z } from 'zod'

/** The path of a file in its execution. */
export const pathPin = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'Names separated by slashes.', examples: ['reports/june.csv'] })

/** The encoding with which to decode bytes. */
export const readEncodingPin = z
  .string()
  .max(50)
  .optional()
  .meta({
    description:
      'Encoding of the text, a label such as "utf-8", "windows-1252" or "shift_jis". By default it is detected from a byte order mark, the charset of the source or the declaration of an XML or HTML document. Otherwise it is UTF-8, or windows-1252 if the bytes are not UTF-8.',
    examples: ['windows-1252'],
    advanced: true,
  })
