import { describe, expect, it } from 'vitest'
import { deferredBytes, minJsonLength } from '../../base/index.ts'
import { splitReport } from './index.ts'

const ROWS = JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `é${i}`, price: i / 4 })))
const output = (value: string, rest = ''): string => `{"t":"o","id":1,"pin":"rows","v":${value}${rest}}`

describe('splitReport', () => {
  it('takes long values out of a report', () => {
    const report = `${output(ROWS)},{"t":"l","id":1,"level":"info","text":"é"},${output(ROWS, ',"k":3,"next":[[2,1]]')},{"t":"e","id":1}`
    const { json, values } = splitReport(Buffer.from(report))
    expect(json).toBe(
      `${output('null')},{"t":"l","id":1,"level":"info","text":"é"},${output('null', ',"k":3,"next":[[2,1]]')},{"t":"e","id":1}`,
    )
    expect([...values.keys()]).toEqual([0, 2])
    expect(values.get(2)).toEqual(JSON.parse(ROWS))
    expect(minJsonLength(values.get(0))).toBe(ROWS.length)
  })

  it.each([
    ['a repeated key of the event', output(ROWS, ',"v":1')],
    ['an unknown key of the event', output(ROWS, ',"x":1')],
    ['white space behind a value', output(`${ROWS} `)],
    ['a value that another writer has written', output(ROWS.replace('"id":0', '"id":0.0'))],
    ['a repeated key of a row', output(ROWS.replace('"id":0', '"id":0,"id":1'))],
    ['another event that is no JSON', `${output(ROWS)},{"t"`],
    ['text between events', `${output(ROWS)} ,{"t":"e","id":1}`],
    ['an announcement of another form', output(ROWS, ',"next":[{}]')],
  ])('returns a report whole that has %s', (_, report) => {
    expect(splitReport(Buffer.from(report))).toEqual({ json: String(Buffer.from(report)), values: new Map() })
  })
  it('returns a report whole that is no UTF-8', () => {
    const report = Buffer.from(output(ROWS))
    report[report.indexOf('é')] = 0xff
    expect(splitReport(report)).toEqual({ json: String(report), values: new Map() })
  })

  it('keeps only the bytes of the values', () => {
    const { values } = splitReport(Buffer.from([output(ROWS), output(ROWS), output(ROWS)].join()))
    for (const value of values.values()) expect(deferredBytes(value)?.buffer.byteLength).toBe(Buffer.byteLength(ROWS))
  })
})
