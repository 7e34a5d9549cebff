// Texts that are no policies, or hardly texts: each ends in one clear message, at its place.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { renderText } from '../../../src/diagnostics/render.ts'
import { diagnose, expectError, lift, summary } from '../../support/diagnose.ts'

const test = suite('source: bad input')

const good = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
spec:
  podSelector: {}
`
const codes = (text: string): readonly string[] => diagnose(text).map(({ code }) => code)

test('an empty file', () => {
  for (const text of ['', '\n', '# nothing\n', '---\n', '---\n---\n', ' \t\n']) {
    assert.equal(codes(text), ['NP1001'], JSON.stringify(text))
  }
})

test('text that is not YAML', () => {
  expectError('spec: [1, 2\n¦x: y\n', 'NP1002', 'x')
  for (const text of [
    'a: b: c',
    '{',
    '"',
    'a: "b',
    '@x',
    '%YAML 9',
    '- a\nb',
    '&a',
    '!!',
    '? ? ?',
  ]) {
    const found = diagnose(text)
    assert.ok(found.length > 0, JSON.stringify(text))
    assert.ok(
      found.every(({ labels }) => labels.length > 0),
      JSON.stringify(text),
    )
  }
})

test('text that is not JSON', () => {
  assert.ok(codes('{ "kind": "NetworkPolicy", }}').every((code) => code === 'NP1008'))
  assert.is(codes('{ "kind": ')[0], 'NP1008')
})

test('tabs as indentation', () => {
  expectError(good.replace('  podSelector', '¦\tpodSelector'), 'NP1003', '\t')
})

test('a byte order mark is passed by, as kubectl does', () => {
  assert.equal(diagnose(`\uFEFF${good}`), [])
})

test('Windows line ends mean what line ends mean, and places stay right', () => {
  assert.equal(diagnose(good.replaceAll('\n', '\r\n')), [])
  const broken = good.replace('podSelector', 'podselector').replaceAll('\n', '\r\n')
  assert.match(summary(diagnose(broken)).join(), /^NP2001 6:3 podselector:/)
  assert.not.match(renderText(diagnose(broken)), /\r/)
})

test('one line of ten megabytes, in a message of a few', () => {
  const line = `x: ${'y'.repeat(10_000_000)}`
  for (const text of [`${line} [`, `{"a": "${'b'.repeat(10_000_000)}`, line]) {
    const rendered = renderText(diagnose(text))
    assert.ok(rendered.length > 0)
    assert.ok(rendered.length < 2000, `${rendered.length}`)
  }
})

test('aliases that expand without end', () => {
  const levels = Array.from(
    { length: 12 },
    (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}*a${at}]`,
  )
  assert.equal(codes(`a0: &a0 [x]\n${levels.join('\n')}\n`), ['NP1005'])
})

test('an alias to nothing, and one to itself', () => {
  assert.equal(codes('a: *b\n'), ['NP1006'])
  assert.equal(codes('a: &a { b: *a }\n'), ['NP1006'])
})

test('binary data', () => {
  assert.equal(codes('\u0000\u0001\u0002ELF'), ['NP1007'])
})

test('nesting without end', () => {
  assert.equal(codes(`${'['.repeat(100_000)}`), ['NP1016'])
  assert.equal(codes(`{"a":${'['.repeat(100_000)}`), ['NP1016'])
  assert.equal(codes(`${'- '.repeat(5000)}x`), ['NP1016'])
})

test('a Secret by mistake: named by its kind, its contents never shown', () => {
  const secret =
    'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { password: hunter2 }\n'
  const found = diagnose(secret)
  assert.match(found[0]?.message ?? '', /no policy in the input, only 1 Secret/)
  assert.is(found[0]?.code, 'NP1012')
  assert.not.match(renderText(found), /hunter2/)
})

test('an unknown API version: the known ones are told', () => {
  const [found] = diagnose(good.replace('networking.k8s.io/v1', 'networking.k8s.io/v1beta9'))
  assert.is(found?.code, 'NP1013')
  assert.match(found?.help ?? '', /networking\.k8s\.io\/v1, extensions\/v1beta1/)
})

test('a document that is no object', () => {
  for (const text of ['just words\n', '- a\n- b\n', '42\n', '{"a": 1}', 'kind: NetworkPolicy\n']) {
    assert.equal(codes(text), ['NP1011'], text)
  }
})

test('a key that stands twice', () => {
  expectError(`${good}¦spec:\n  podSelector: {}\n`, 'NP1004', 'spec')
  assert.equal(codes('{"apiVersion": "v1", "kind": "a", "kind": "b"}'), ['NP1004'])
})

test('indentation that was lost on the way', () => {
  const flat = good.replaceAll('  ', '')
  assert.equal(codes(flat), ['NP1009'])
})

test('an empty key is no sign of lost indentation', () => {
  const [found] = diagnose(
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"": x\n',
  )
  assert.is(found?.code, 'NP2001')
})

test('a template that was not rendered', () => {
  assert.equal(codes(good.replace('db', '{{ .Values.name }}')), ['NP1015'])
})

test('words that YAML 1.1 reads otherwise are warned of', () => {
  const text = good
    .replace('name: db', 'name: db\n  annotations: { note: "x" }')
    .replace('{}', '{ matchLabels: { a: "yes" } }')
  assert.equal(diagnose(text), [])
  assert.ok(codes(text.replace('"yes"', 'on')).includes('NP2002'))
})

test('one empty file among others is worth a warning only', () => {
  assert.equal(diagnose(`---\n${good}---\n---\n`), [])
})

test('control characters of the input never reach the terminal', () => {
  const hostile = good.replace('podSelector', '"\\u001b[31mred\\u0007"')
  assert.not.match(renderText(diagnose(hostile)), /[^\n\P{Cc}]/u)
})

test('anchors and merge keys are resolved', () => {
  const text = `${good.replace('podSelector: {}', 'podSelector: &p { matchLabels: { a: b } }')}  ingress:
  - from:
    - podSelector: *p
    - podSelector:
        <<: *p
`
  assert.match(lift(text), /from pods a=b in namespace default\n/)
})

test.run()
