import { defineBlock } from '@ashlar/sdk'
import { francAll } from 'franc-min'
import { z } from 'zod'

export const detectLanguage = defineBlock({
  id: 'bc966a6e-b36c-47d9-9508-d557486f3f13',
  name: 'detect-language',
  description: 'Detect the language of a text, among the 82 most spoken ones.',
  category: 'TEXT',
  icon: 'languages',
  synonyms: ['language detection', 'which language', 'langdetect', 'identify language', 'locale of text', 'franc'],
  input: z.object({
    text: z.string().describe('The text. A sentence is enough; single words are often wrong.'),
    only: z
      .array(z.string())
      .default([])
      .meta({ description: 'The languages to choose from, as codes.', examples: [['en', 'de', 'fr']] }),
    min_length: z.int().min(1).default(10).meta({ description: 'Shorter texts have no result.', advanced: true }),
  }),
  output: z.object({
    language: z
      .string()
      .describe('The language: a code such as "en", or of three letters if there is none of two. No value if it is not clear.'),
    name: z.string().describe('The name of the language in English.'),
    rows: z
      .array(z.object({ language: z.string(), score: z.number() }))
      .describe('The most probable languages, with scores from 0 to 1 that compare them to the first.'),
  }),
  tests: [
    {
      input: { text: 'Der schnelle braune Fuchs springt über den faulen Hund und läuft davon.' },
      output: [
        ['language', 'de'],
        ['name', 'German'],
        ['rows', (rows: { language: string; score: number }[]) => rows[0]?.language === 'de' && rows[0].score === 1],
      ],
    },
    {
      input: { text: '今日はとても良い天気ですね。' },
      output: [
        ['language', 'ja'],
        ['name', 'Japanese'],
        ['rows', [{ language: 'ja', score: 1 }]],
      ],
    },
    {
      input: { text: 'Alle menschen sind frei', only: ['en', 'fra'] },
      output: [
        ['language', (language: string) => ['en', 'fr'].includes(language)],
        ['name', z.string()],
        ['rows', (rows: unknown[]) => rows.length <= 2],
      ],
    },
    { input: { text: 'ok' }, output: [['rows', []]] },
    {
      input: { text: 'a long enough text', only: ['xx'] },
      output: [['error', 'only must contain codes of known languages such as "en", got "xx"']],
    },
  ],
  *run({ text, only, min_length: minLength }) {
    const codes = only.map(toLong)
    const found = francAll(text.slice(0, 10_000), { minLength, only: codes }).filter(([code]) => code !== 'und')
    const [best] = found
    if (best) {
      const language = toShort(best[0])
      yield ['language', language]
      yield ['name', new Intl.DisplayNames('en', { type: 'language' }).of(language) ?? language]
    }
    yield ['rows', found.slice(0, 10).map(([code, score]) => ({ language: toShort(code), score }))]
  },
})

/** Codes of single languages whose usual code is that of their group. */
const GROUPS: Readonly<Record<string, string>> = {
  cmn: 'zh',
  arb: 'ar',
  pes: 'fa',
  zlm: 'ms',
  ekk: 'et',
  lvs: 'lv',
  npi: 'ne',
  uzn: 'uz',
  azj: 'az',
  kmr: 'ku',
  plt: 'mg',
  als: 'sq',
  nob: 'no',
  ydd: 'yi',
}

function toShort(code: string): string {
  return GROUPS[code] ?? Intl.getCanonicalLocales(code)[0] ?? code
}

/** franc uses codes of three letters (ISO 639-3). */
function toLong(code: string): string {
  const known = LONG.get(code.toLowerCase())
  if (known === undefined)
    throw new Error(`only must contain codes of known languages such as "en", got ${JSON.stringify(code.slice(0, 50))}`)
  return known
}

const CODES =
  'cmn spa eng rus arb ben hin por ind jpn fra deu jav kor tel vie mar ita tam tur urd guj pol ukr kan mal mya ron pan swh uzn hau amh yor ibo nld ceb ekk kin zlm sin mag zyb kaz azj ces som hun fin sun skr hne mlg ell swe bul srp hrv bos tgl plt bel bho ilo npi khm zul tha heb dan nob slk lit lvs slv cat pes'.split(
    ' ',
  )

const LONG = new Map(CODES.flatMap((code) => [[code, code] as const, [toShort(code), code] as const]))
