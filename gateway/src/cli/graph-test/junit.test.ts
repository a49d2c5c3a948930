import { parseXml } from '@rgrove/parse-xml'
import { expect, it } from 'vitest'
import { toJUnit } from './junit.ts'

it('writes suites, cases, times in seconds and failures', () => {
  const cases = [
    { name: 'reads', ms: 1500, failure: undefined },
    { name: 'says "<hi>" \u0000', ms: 2.4, failure: 'outputs.a: expected "1" & got <2>\nnode b: no' },
  ]
  const text = toJUnit([{ path: 'a/b.tests.json', cases }])
  expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a/b.tests.json" tests="2" failures="1" errors="0" skipped="0" time="1.502">
    <testcase name="reads" classname="a/b.tests.json" time="1.500"/>
    <testcase name="says &quot;&lt;hi&gt;&quot; \u{FFFD}" classname="a/b.tests.json" time="0.002">
      <failure message="outputs.a: expected &quot;1&quot; &amp; got &lt;2&gt;">outputs.a: expected &quot;1&quot; &amp; got &lt;2&gt;&#10;node b: no</failure>
    </testcase>
  </testsuite>
</testsuites>
`)
  expect(parseXml(text).root?.text).toContain('node b: no')
})
