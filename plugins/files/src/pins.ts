import { z } from 'zod'

/** The place of a file in its execution. */
export const pathPin = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'Names between slashes.', examples: ['reports/june.csv'] })

/** How bytes are read as text. */
export const readEncodingPin = z
  .string()
  .max(50)
  .optional()
  .meta({
    description:
      'Encoding of the text, a label such as "utf-8", "windows-1252" or "shift_jis". Without it: a byte order mark, the charset of the source, what an XML or HTML document declares, UTF-8, or windows-1252 where the bytes are not UTF-8.',
    examples: ['windows-1252'],
    advanced: true,
  })
