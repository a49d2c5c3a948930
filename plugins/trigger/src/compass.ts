import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const compass = defineBlock({
  id: '9464a020-ed1d-49e1-990f-7f2ac924a2b7',
  name: 'compass',
  description: 'Start the graph when a Compass wearable has transcribed speech.',
  category: 'TRIGGER',
  icon: 'mic',
  synonyms: ['compass ai', 'transcription trigger', 'wearable', 'voice', 'speech'],
  kind: 'trigger',
  unavailable: 'triggers',
  input: z.object({
    payload: z
      .record(z.string(), z.unknown())
      .meta({ title: 'Payload', description: 'The body of the request from Compass.', hidden: true }),
  }),
  output: z.object({
    transcription: z.string().meta({ title: 'Transcription', description: 'The transcribed speech.' }),
  }),
})
