import { z } from 'zod'

export const delimiterPin = z.string().length(1).default(',').describe('Character between values.')

export const quotecharPin = z
  .string()
  .length(1)
  .default('"')
  .describe('Character around values that contain special characters. Inside a value it is doubled.')
