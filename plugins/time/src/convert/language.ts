import { z } from 'zod'
import { showText } from '../calendar/index.ts'

export const languagePin = z
  .string()
  .default('en')
  .meta({ description: 'The language and region.', examples: ['de', 'en-US', 'en-GB'] })

/** @throws {Error} when the text is not a language tag */
export function checkLanguage(language: string): void {
  try {
    Intl.getCanonicalLocales(language)
  } catch (cause) {
    throw new Error(`language must be a language tag such as "en" or "en-GB", got ${showText(language)}`, { cause })
  }
}
