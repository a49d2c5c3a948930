import { defineBlock } from '@ashlar/sdk'
import { camelCase, constantCase, kebabCase, pascalCase, snakeCase } from 'change-case'
import { z } from 'zod'

export const changeCase = defineBlock({
  id: '92196e5f-8e80-427c-85e6-01d221a4407b',
  name: 'change-case',
  description: 'Change a text to upper case, lower case, title case, camelCase, snake_case or kebab-case.',
  category: 'TEXT',
  icon: 'case-sensitive',
  synonyms: [
    'uppercase',
    'lowercase',
    'capitalize',
    'title case',
    'camel case',
    'snake case',
    'kebab case',
    'toupper',
    'tolower',
    'capital letters',
  ],
  input: z.object({
    text: z.string().describe('The text.'),
    case: z
      .enum(['upper', 'lower', 'title', 'sentence', 'camel', 'pascal', 'snake', 'kebab', 'constant'])
      .describe(
        'upper: HELLO WORLD. lower: hello world. title: Hello World. sentence: Hello world. camel: helloWorld. pascal: HelloWorld. snake: hello_world. kebab: hello-world. constant: HELLO_WORLD.',
      ),
    language: z
      .string()
      .default('')
      .meta({
        description: 'A language whose letters have their own rules, such as tr, az, lt or nl.',
        examples: ['tr'],
        advanced: true,
      }),
  }),
  output: z.object({ text: z.string().describe('The changed text.') }),
  tests: [
    { input: { text: 'straße İ', case: 'upper' }, output: [['text', 'STRASSE İ']] },
    { input: { text: 'TITLE', case: 'lower', language: 'tr' }, output: [['text', 'tıtle']] },
    { input: { text: "the QUICK fox's étude", case: 'title' }, output: [['text', "The Quick Fox's Étude"]] },
    { input: { text: 'HELLO. world! 3 ways', case: 'sentence' }, output: [['text', 'Hello. World! 3 ways']] },
    { input: { text: 'HTTPServer error-code 42', case: 'snake' }, output: [['text', 'http_server_error_code_42']] },
    { input: { text: 'hello big world', case: 'camel' }, output: [['text', 'helloBigWorld']] },
    { input: { text: 'helloWorld', case: 'kebab' }, output: [['text', 'hello-world']] },
    {
      input: { text: 'x', case: 'lower', language: '!' },
      output: [['error', 'language must be a language tag such as "tr", got "!"']],
    },
    {
      name: 'marks belong to their letter',
      input: { text: 'नमस्ते दुनिया Cafe\u0301XMLBar', case: 'snake' },
      output: [['text', 'नमस्ते_दुनिया_café_xml_bar']],
    },
  ],
  *run({ text, case: wanted, language }) {
    yield ['text', changeTo(wanted, text, parseLanguage(language))]
  },
})

const CODE = { camel: camelCase, pascal: pascalCase, snake: snakeCase, kebab: kebabCase, constant: constantCase } as const

function changeTo(
  wanted: 'upper' | 'lower' | 'title' | 'sentence' | keyof typeof CODE,
  text: string,
  language: string | undefined,
): string {
  const upper = (part: string) => part.toLocaleUpperCase(language)
  const lower = text.toLocaleLowerCase(language)
  switch (wanted) {
    case 'upper':
      return upper(text)
    case 'lower':
      return lower
    case 'title':
      return lower.replace(/(?<![\p{L}\p{M}\p{N}'’])\p{L}/gu, upper)
    case 'sentence':
      return lower.replace(/(^|[.!?…]\s+)(\p{L})/gu, (_, before: string, letter: string) => before + upper(letter))
    case 'camel':
    case 'pascal':
    case 'snake':
    case 'kebab':
    case 'constant':
      return CODE[wanted](text, { split: splitWords, ...(language !== undefined && { locale: language }) })
  }
}

/** Marks belong to their letter: é may be two characters, and vowels of Hindi are marks. */
function splitWords(text: string): string[] {
  const parted = text
    .normalize('NFC')
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
  return parted.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
}

function parseLanguage(language: string): string | undefined {
  if (language === '') return undefined
  try {
    return Intl.getCanonicalLocales(language)[0]
  } catch (cause) {
    throw new Error(`language must be a language tag such as "tr", got ${JSON.stringify(language.slice(0, 100))}`, { cause })
  }
}
