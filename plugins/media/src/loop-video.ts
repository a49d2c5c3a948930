import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { filePin, MEDIA, returnTypePin } from './pins.ts'

export const loopVideo = defineBlock({
  id: '8bf9eef6-5451-4213-b265-25306446e94b',
  name: 'loop-video',
  description: 'Repeat a video up to a length or a number of times.',
  category: 'MEDIA',
  icon: 'repeat',
  synonyms: ['repeat video', 'extend video', 'video editing', 'ffmpeg'],
  unavailable: MEDIA,
  input: z.object({
    video_in: filePin('Video'),
    duration: z
      .number()
      .nullable()
      .default(null)
      .meta({ title: 'Duration', description: 'The length of the result in seconds.' }),
    n_loops: z
      .int()
      .nullable()
      .default(null)
      .meta({ title: 'Times', description: 'How often to play the video, instead of a duration.' }),
    output_return_type: returnTypePin,
  }),
  output: z.object({
    video_out: z.string().meta({ title: 'Video', description: 'The repeated video.' }),
  }),
})
