import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { filePin, MEDIA, returnTypePin } from './pins.ts'

export const addAudio = defineBlock({
  id: '3503748d-62b6-4425-91d6-725b064af509',
  name: 'add-audio',
  description: 'Replace the sound of a video with an audio file.',
  category: 'MEDIA',
  icon: 'music',
  synonyms: ['add audio to video', 'soundtrack', 'voice over', 'background music', 'video editing', 'ffmpeg'],
  unavailable: MEDIA,
  input: z.object({
    video_in: filePin('Video'),
    audio_in: filePin('Audio'),
    volume: z.number().default(1).meta({ title: 'Volume', description: 'Factor for the volume: 1 leaves it unchanged.' }),
    output_return_type: returnTypePin,
  }),
  output: z.object({
    video_out: z.string().meta({ title: 'Video', description: 'The video with the new sound.' }),
  }),
})
