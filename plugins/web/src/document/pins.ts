import { z } from 'zod'

export const htmlPin = z.string().meta({
  title: 'HTML',
  description: 'The HTML of a page or of a part of a page, at most 4 Mi characters.',
  examples: ['<h1>Hello</h1><p>A <a href="/about">page</a>.</p>'],
})

export const urlPin = z
  .string()
  .min(1)
  .meta({
    title: 'URL',
    description: 'A web address, which starts with http:// or https://.',
    examples: ['https://example.com/'],
  })

export const baseUrlPin = z
  .string()
  .default('')
  .meta({
    title: 'Base URL',
    description: 'The address of the page. Relative links become absolute with it. Without it, they stay as they are.',
    examples: ['https://example.com/blog/'],
  })

export const countPin = z.int().meta({ title: 'Count', description: 'The number of results.' })
