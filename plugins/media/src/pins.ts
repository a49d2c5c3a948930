import { z } from 'zod'

/** What the blocks of this plugin need. */
export const MEDIA = 'the processing of audio and video'

/** The pin of a file. */
export const filePin = (title: string) =>
  z.string().meta({ title, description: 'A web address, a data URI, or the path of a file of the execution.' })

export const returnTypePin = z
  .enum(['file_path', 'data_uri'])
  .default('file_path')
  .meta({ title: 'Send as', description: 'Whether to send the path of the file or its content.' })
