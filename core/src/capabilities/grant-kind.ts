import type { z } from 'zod'

/** What a manifest may say of one kind of power. */
export interface GrantKind<Grant> {
  schema: z.ZodType<Grant>
  /** Its use can be seen outside of the execution. */
  isVisible: boolean
  /** One line per power, for people. */
  describe(grant: Grant): string[]
  /** The input pins that decide what a block may reach. */
  pins?(grant: Grant): string[]
}
