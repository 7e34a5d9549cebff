// The selector language of Calico: what is valid, what it means, and where a fault is found.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printPeer } from '../../../src/ir/print.ts'
import { podMatches } from '../../../targets/calico/reading/match.ts'
import { parseSelector } from '../../../targets/calico/reading/selectorText.ts'

const test = suite('calico selectors')

/** The pods that a selector selects, in words. */
function pods(text: string): string {
  const parsed = parseSelector(text)
  if (!parsed.ok) return `${parsed.fault.at}: ${parsed.fault.message}`
  const result = podMatches(parsed.tree)
  if (!result.ok) return result.fault
  return result.matches.map((match) => printPeer({ kind: 'pods', ...match })).join(' | ')
}

const meanings: readonly (readonly [string, string])[] = [
  ['', 'all pods in all namespaces'],
  ['  all()\t', 'all pods in all namespaces'],
  ['!all()', ''],
  [`app == 'web'`, 'pods app=web in all namespaces'],
  [`app=="web"`, 'pods app=web in all namespaces'],
  [`app != 'web'`, 'pods app notin (web) in all namespaces'],
  [`app in { 'a', "b", }`, 'pods app in (a,b) in all namespaces'],
  ['app in {}', 'pods app in () in all namespaces'],
  [`app not in { 'a' }`, 'pods app notin (a) in all namespaces'],
  [`app notin {'a'}`, 'pods app notin (a) in all namespaces'],
  ['has( app )', 'pods app in all namespaces'],
  ['!has(app)', 'pods !app in all namespaces'],
  [`!a == 'x'`, 'pods a notin (x) in all namespaces'],
  [`a == 'x' && b == 'y'`, 'pods a=x,b=y in all namespaces'],
  [`a == 'x' || b == 'y' && c == 'z'`, 'pods a=x or (b=y,c=z) in all namespaces'],
  [`(a == 'x' || b == 'y') && c == 'z'`, 'pods (a=x or b=y),c=z in all namespaces'],
  [`!(a == 'x' || has(b))`, 'pods a notin (x),!b in all namespaces'],
  [`in == 'not'`, 'pods in=not in all namespaces'],
  [`has == 'x'`, 'pods has=x in all namespaces'],
  [`projectcalico.org/namespace == 'shop'`, 'all pods in namespace shop'],
  [`pcns.env == 'prod' && app == 'a'`, 'pods app=a in namespaces env=prod'],
  [
    `pcns.projectcalico.org/name in {'a', 'b'}`,
    'all pods in namespaces kubernetes.io/metadata.name in (a,b)',
  ],
  [`projectcalico.org/orchestrator == 'k8s'`, 'all pods in all namespaces'],
  [`projectcalico.org/orchestrator != 'k8s'`, ''],
  [
    `projectcalico.org/serviceaccount == 'ci'`,
    'all pods in all namespaces with service account "@name"=ci',
  ],
  [`pcsa.role == 'x'`, 'all pods in all namespaces with service account role=x'],
  [`app == 'a' || pcns.env == 'b'`, 'pods app=a in all namespaces | all pods in namespaces env=b'],
]

for (const [text, words] of meanings)
  test(`${text || '(empty)'}`, () => assert.is(pods(text), words))

const faults: readonly (readonly [string, number, RegExp])[] = [
  [`app = 'web'`, 4, /operator is missing/],
  ['app == web', 7, /quotes is missing/],
  [`app == 'web`, 7, /not closed/],
  ['app', 3, /operator is missing/],
  [`app == 'a' and b == 'c'`, 11, /unexpected "and"/],
  [`app == 'a' &&`, 13, /label is missing before the end/],
  [`(app == 'a'`, 11, /"\)" is missing/],
  [`app == 'a')`, 10, /unexpected "\)"/],
  ['has(app', 7, /"\)" is missing/],
  [`app == 'a'\n&& b == 'c'`, 10, /unexpected "\\n"/],
  [`app in { a }`, 9, /quotes is missing/],
  [`HAS(app)`, 3, /operator is missing/],
  ['&& a', 0, /label is missing/],
]

for (const [text, at, words] of faults) {
  test(`a fault in ${JSON.stringify(text)}`, () => {
    const parsed = parseSelector(text)
    if (parsed.ok) throw new Error('it was parsed')
    assert.is(parsed.fault.at, at)
    assert.match(parsed.fault.message, words)
  })
}

test('tests of a part of a value, with any number of blanks in their names', () => {
  assert.is(pods(`app contains 'x'`), 'pods app contains x in all namespaces')
  assert.is(pods(`app starts with 'x'`), 'pods app starts with x in all namespaces')
  assert.is(pods(`app startswith 'x'`), 'pods app starts with x in all namespaces')
  assert.is(pods(`!app ends  with 'x'`), 'pods !(app ends with x) in all namespaces')
  assert.is(pods(`app contains ''`), 'pods app in all namespaces')
})

test('too many alternatives, and too deep a nesting, are faults and no crash', () => {
  const mixed = Array.from({ length: 12 }, (_, at) => `(k${at} == 'a' || pcns.n${at} == 'b')`)
  assert.match(pods(mixed.join(' && ')), /more than 256 alternatives/)
  assert.match(pods(`${'('.repeat(5000)}all()`), /nested too deeply/)
})

test.run()
