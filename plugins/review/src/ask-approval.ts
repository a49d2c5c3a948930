import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const askApproval = defineBlock({
  id: '8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d',
  name: 'ask-approval',
  description: 'Wait until a person approves or rejects the data.',
  category: 'REVIEW',
  synonyms: [
    'human in the loop',
    'approval',
    'approve',
    'reject',
    'review',
    'confirm',
    'ask user',
    'manual step',
    'wait for approval',
  ],
  kind: 'approval',
  unavailable: 'approvals by a person',
  input: z.object({
    data: z.unknown().meta({ title: 'Data', description: 'What the person sees.' }),
    name: z
      .string()
      .meta({ title: 'Name', description: 'What the data is, in a few words.', examples: ['E-mail to the customer'] }),
    editable: z
      .boolean()
      .default(true)
      .meta({ title: 'Editable', description: 'Whether the person may change the data.', advanced: true }),
  }),
  output: z.object({
    approved_data: z.unknown().meta({ title: 'Approved data', description: 'The data, with the changes of the person.' }),
    rejected_data: z.unknown().meta({ title: 'Rejected data', description: 'The data, if the person rejects it.' }),
    review_message: z.string().meta({ title: 'Message', description: 'What the person wrote.' }),
  }),
})
