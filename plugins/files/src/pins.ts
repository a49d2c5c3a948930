import { z } from 'zod'

/** The place of a file in its execution. */
export const pathPin = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'Names between slashes.', examples: ['reports/june.csv'] })
