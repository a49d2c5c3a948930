import { describe, expect, it } from 'vitest'
import { renderTemplate } from '../render-template.ts'

const VALUES = {
  x: 3.14159,
  big: 7615917337495251231n,
  s: 'a b',
  long: 'one two three four',
  html: '<p>Fish &amp; <b>chips</b>\n <!-- no --> &#233;</p>',
  xs: [
    { n: 1, city: { name: 'Oslo' } },
    { n: 2, city: { name: 'bergen' } },
    { n: 3, city: { name: 'oslo' } },
  ],
  list: [3, 1, 2],
  words: ['b', 'A', 'c'],
}

// The results are those of Jinja2 3.1.
describe('the filter', () => {
  it.each([
    ['{{ "%.2f" | format(x) }}', '3.14'],
    ['{{ "%s is %d%%, %5.1f|%-4s|%04d|%x|%+d" | format("it", 7, x, "ab", 42, 255, 3) }}', 'it is 7%,   3.1|ab  |0042|ff|+3'],
    ['{{ "%(a)s-%(b)r" | format(a=s, b="q") }}', "a b-'q'"],
    ['{{ "%d %g %g %e" | format(big, 0.00001, 100000, 12345.678) }}', '7615917337495251231 1e-05 100000 1.234568e+04'],
    ['{{ list | sum }} {{ xs | sum(attribute="n") }} {{ list | sum(start=10) }} {{ [] | sum }}', '6 6 16 0'],
    ['{{ [big, 1] | sum }}', '7615917337495251232'],
    [
      '{{ long | truncate(9) }}|{{ long | truncate(9, true) }}|{{ long | truncate(9, end="…", leeway=0) }}|{{ long | truncate(15) }}',
      'one...|one tw...|one two…|one two three four',
    ],
    ['{{ s | urlencode }} {{ "/é(x)" | urlencode }} {{ {"q": "a b", "n": 1} | urlencode }}', 'a%20b /%C3%A9%28x%29 q=a+b&n=1'],
    ['{{ html | striptags }}', 'Fish & chips é'],
    ['{% for row in list | batch(2, "-") %}{{ row | join(",") }};{% endfor %}', '3,1;2,-;'],
    ['{{ list | min }} {{ list | max }} {{ words | min }} {{ words | max }} {{ words | min(case_sensitive=true) }}', '1 3 A c A'],
    ['{{ (xs | max(attribute="n")).city.name }} [{{ [] | max }}]', 'oslo []'],
    [
      '{% for city, rows in xs | groupby("city.name") %}{{ city }}:{{ rows | sum(attribute="n") }} {% endfor %}',
      'bergen:2 Oslo:4 ',
    ],
    ['{% for group in xs | groupby("n") %}{{ group.grouper }}{{ group.list | length }}{% endfor %}', '112131'],
    ['{{ "one, two" | wordcount }}|{{ "a" | center(4) }}|', '2| a  |'],
  ])('%s', (template, text) => {
    expect(renderTemplate(template, VALUES, false)).toBe(text)
  })

  it.each([
    ['{{ "%d" | format(s) }}', 'the filter format needs a number for %d, got a b'],
    ['{{ "%d %d" | format(1) }}', 'the filter format has no value for directive 2'],
    ['{{ "%y" | format(1) }}', 'the filter format does not know %y'],
    ['{{ [s] | sum }}', 'the filter sum needs numbers, got "a b"'],
    ['{{ 5 | sum }}', 'the filter sum needs a list, got 5'],
    ['{{ list | batch(0) }}', 'the filter batch needs the number of items of a list, from 1'],
    ['{{ xs | groupby }}', 'the filter groupby needs the name of an attribute'],
    ['{{ s | truncate(2) }}', 'the filter truncate needs a length of at least 3, got 2'],
  ])('%s fails', (template, message) => {
    expect(() => renderTemplate(template, VALUES, false)).toThrow(message)
  })

  it('is escaped like any other value', () => {
    expect(renderTemplate('{{ "<%s>" | format(s) }}', VALUES, true)).toBe('&lt;a b&gt;')
  })
})
