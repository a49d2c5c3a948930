import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { filePin, MEDIA } from './pins.ts'

export const duration = defineBlock({
  id: 'd8b91fd4-da26-42d4-8ecb-8b196c6d84b6',
  name: 'duration',
  description: 'Get the length of an audio or video file.',
  category: 'MEDIA',
  icon: 'timer',
  synonyms: ['media duration', 'video length', 'audio length', 'seconds', 'ffprobe'],
  unavailable: MEDIA,
  input: z.object({
    media_in: filePin('File'),
    is_video: z
      .boolean()
      .default(true)
      .meta({ title: 'Is a video', description: 'Whether the file is a video. Otherwise it is audio.' }),
  }),
  output: z.object({
    duration: z.number().meta({ title: 'Duration', description: 'The length in seconds.' }),
  }),
})
