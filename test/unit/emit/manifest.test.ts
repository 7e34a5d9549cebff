// How manifests look. That every value survives is a property test.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  commented,
  type ManifestMap,
  manifestPath,
  printManifest,
} from '../../../src/emit/manifest.ts'

const test = suite('manifest')
const print = (value: ManifestMap, format: 'yaml' | 'json' = 'yaml'): string =>
  printManifest({ namespace: 'shop', name: 'web', comment: 'from a.yaml:1', value }, format).text

test('a file starts with its comment and ends with one line end', () => {
  assert.is(print({ kind: 'X' }), '# from a.yaml:1\nkind: X\n')
})

test('keys keep their order, and those without value are left out', () => {
  assert.is(
    print({ b: 1, gone: undefined, a: true, c: null }),
    '# from a.yaml:1\nb: 1\na: true\nc: null\n',
  )
})

test('lists stand as far left as their key', () => {
  assert.is(
    print({ a: [{ b: [1, 2], c: 'x' }] }),
    '# from a.yaml:1\na:\n- b:\n  - 1\n  - 2\n  c: x\n',
  )
})

test('empty lists and maps are written in brackets', () => {
  assert.is(print({ a: [], b: {}, c: { d: undefined } }), '# from a.yaml:1\na: []\nb: {}\nc: {}\n')
})

test('a comment stands above the item or value that it is about', () => {
  assert.is(
    print({ a: [commented('one', { b: 1 })], c: commented('two', { d: 2 }) }),
    '# from a.yaml:1\na:\n# one\n- b: 1\nc:\n  # two\n  d: 2\n',
  )
})

test('a comment cannot leave its line', () => {
  const text = print({ a: [commented('x\nkind: Y\u2028\r', 1)] })
  assert.is(text, '# from a.yaml:1\na:\n# x?kind: Y??\n- 1\n')
})

test('JSON has the same values and no comments', () => {
  const value = { a: [commented('one', { b: '1' })], gone: undefined }
  assert.is(print(value, 'json'), '{\n  "a": [\n    {\n      "b": "1"\n    }\n  ]\n}\n')
})

for (const text of [
  'yes',
  'off',
  'null',
  '1',
  '0x1f',
  '1e3',
  '2001-01-01',
  '',
  ' a',
  'a: b',
  '# a',
]) {
  test(`the text ${JSON.stringify(text)} is quoted`, () => {
    assert.is(print({ a: text }), `# from a.yaml:1\na: ${JSON.stringify(text)}\n`)
  })
}

test('files are named after namespace and name', () => {
  assert.is(manifestPath({ namespace: 'shop', name: 'web.v1' }, 'yaml'), 'shop.web.v1.yaml')
  assert.is(manifestPath({ namespace: null, name: 'web' }, 'json'), 'web.json')
})

test('names too long for a file system are cut, and stay different', () => {
  const path = (last: string): string =>
    manifestPath({ namespace: 'shop', name: `${'a'.repeat(252)}${last}` }, 'yaml')
  assert.is(path('a').length, 240)
  assert.is.not(path('a'), path('b'))
})

test.run()
