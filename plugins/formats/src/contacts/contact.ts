import { z } from 'zod'

/** A contact of a vCard. */
export const contactPin = z.object({
  uid: z.string().nullable(),
  name: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  organization: z.string().nullable(),
  title: z.string().nullable().describe('Position in the organization.'),
  emails: z.array(z.string()),
  phones: z.array(z.string()),
  addresses: z.array(
    z.object({ street: z.string(), city: z.string(), region: z.string(), postal_code: z.string(), country: z.string() }),
  ),
  birthday: z.string().nullable(),
  url: z.string().nullable(),
  note: z.string().nullable(),
})

export type Contact = z.output<typeof contactPin>
