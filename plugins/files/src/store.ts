import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { storeFile, toDataUri } from './store-file.ts'

export const store = defineBlock({
  id: 'cbb50872-625b-42f0-8203-a2ae78242d8a',
  name: 'store',
  description: 'Store a file from the web, a data URI or the execution in the execution, and send its path.',
  category: 'FILES',
  synonyms: ['download file', 'save file', 'fetch file', 'upload', 'attachment', 'url to file', 'file store'],
  staticOutput: true,
  capabilities: { files: ['read', 'write'], http: [fromInput('file_in', { redirects: 'public' })] },
  onCrash: 'retry', // the same source always has the same path
  input: z.object({
    file_in: z
      .string()
      .min(1)
      .meta({
        title: 'File',
        description: 'A web address, a data URI, or the path of a file of the execution.',
        examples: ['https://example.com/logo.png', 'data:text/plain,Hello'],
      }),
    base_64: z
      .boolean()
      .default(false)
      .meta({ description: 'Send the content as a data URI instead of a path.', advanced: true }),
  }),
  output: z.object({ file_out: z.string() }),
  tests: [
    { input: { file_in: 'data:text/plain,Hello' }, output: [['file_out', (path) => /^[0-9a-f]{16}\.txt$/.test(path)]] },
    {
      input: { file_in: 'data:text/plain;base64,SGVsbG8=', base_64: true },
      output: [['file_out', 'data:text/plain;base64,SGVsbG8=']],
    },
    { input: { file_in: 'data:,a%20%FF', base_64: true }, output: [['file_out', 'data:application/octet-stream;base64,YSD/']] },
    { input: { file_in: 'data:text/plain' }, output: [['error', 'a data URI needs a comma before its data']] },
    { input: { file_in: 'data:;base64,!' }, output: [['error', 'the data URI has no valid data']] },
    { input: { file_in: 'f/a.txt' }, files: { 'f/a.txt': 'Hello' }, output: [['file_out', 'f/a.txt']] },
    { input: { file_in: 'f/a.txt' }, output: [['error', 'files: the file "f/a.txt" does not exist']] },
    {
      input: { file_in: 'f/a.bin', base_64: true },
      files: { 'f/a.bin': 'Hello' },
      output: [['file_out', 'data:application/octet-stream;base64,SGVsbG8=']],
    },
    {
      input: { file_in: 'https://a.example/pictures/logo.png?size=2' },
      http: { 'GET https://a.example/pictures/logo.png': { base64: 'iVBORw==' } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-logo\.png$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/logo' },
      http: { 'GET https://a.example/logo': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-logo\.png$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/' },
      http: { 'GET https://a.example/': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}\.png$/.test(path)]],
    },
    {
      input: { file_in: 'HTTPS://a.example/..%2f..%2fetc' },
      http: { 'GET https://a.example/..%2f..%2fetc': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}\.png$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/data' },
      http: { 'GET https://a.example/data': { text: 'image' } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-data\.txt$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/odd' },
      http: { 'GET https://a.example/odd': { text: 'image', headers: { 'content-type': 'constructor' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-odd$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/logo', base_64: true },
      http: { 'GET https://a.example/logo': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', 'data:image/png;base64,iVBORw==']],
    },
    {
      name: 'a download that redirects to another host',
      input: { file_in: 'https://a.example/latest' },
      http: {
        'GET https://a.example/latest': { status: 302, headers: { location: 'https://b.example/data.csv' } },
        'GET https://b.example/data.csv': { text: 'a,b' },
      },
      output: [['file_out', (path) => /^[0-9a-f]{16}-latest\.txt$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/x' },
      http: { 'GET https://a.example/x': { status: 404, text: 'gone' } },
      output: [['error', 'a.example responded with status 404']],
    },
    {
      name: 'the media type of a file by its name',
      input: { file_in: 'f/photo.JPEG', base_64: true },
      files: { 'f/photo.JPEG': 'Hello' },
      output: [['file_out', 'data:image/jpeg;base64,SGVsbG8=']],
    },
  ],
  async *run({ file_in, base_64 }, context) {
    yield ['file_out', await (base_64 ? toDataUri : storeFile)(file_in, context)]
  },
})
