import { expect, test } from 'vitest'
import { renderTemplate } from './render-template.ts'

test('preserves white space around tags, like Jinja2 by default', () => {
  expect(renderTemplate('a\n{% if true %}\nb\n{% endif %}\nc\n', {}, false)).toBe('a\n\nb\n\nc')
})

test('rounds, also inside other filters', () => {
  expect(renderTemplate('{{ x | round(1) }} {{ [x | round(2)] | first }}', { x: 2.345 }, false)).toBe('2.3 2.35')
})

test('a value may have a predefined name', () => {
  expect(renderTemplate('{{ range }} {{ namespace }} {{ None }}', { range: 1, namespace: 2, None: 3 }, false)).toBe('1 2 3')
})

test('escapes output in loops, conditions and macros once', () => {
  const source = `{% macro b(x) %}<b>{{ x }}</b>{% endmacro %}{% for x in xs %}{% if x == '<' %}{{ b(x) }}{{ x | e }}{% endif %}{% endfor %}`
  expect(renderTemplate(source, { xs: ['<'] }, true)).toBe('<b>&lt;</b>&lt;')
  expect(renderTemplate(source, { xs: ['<'] }, false)).toBe('<b><</b>&lt;')
})

test('escapes printed lists and dictionaries', () => {
  const escaped = '{&#34;a&#34;: [&#34;&lt;&#34;]}'
  expect(renderTemplate('{{ x }}', { x: { a: ['<'] } }, true)).toBe(escaped)
  expect(renderTemplate('{{ x | escape }}{{ y | e }}', { x: { a: ['<'] } }, false)).toBe(escaped)
})

test('a template cannot access prototypes of its values', () => {
  expect(renderTemplate('{{ "".constructor }}{{ x.constructor }}{{ x.__proto__ }}', { x: {} }, false)).toBe('')
})

test('positions and lengths of texts count code points', () => {
  const render = (source: string) => renderTemplate(source, { s: 'a😀b', list: [['x', 'y']] }, false)
  expect(render('{{ s[1] }}{{ s[-1] }}{{ s[1:] }}{{ s.length }}{{ s | length }}{{ s[9] }}')).toBe('😀b😀b33')
  expect(render('{{ s.upper() }}{{ list[0][1] }}{{ list | length }}{{ s.split("😀")[1] }}{{ s["length"] }}')).toBe('A😀By1b3')
  expect(() => render('{{ s.split("") }}')).toThrow('empty separator')
})
