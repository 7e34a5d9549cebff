// What Calico is given for shapes of the IR that no Kubernetes policy has.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { type Cidr, parseCidr } from '../../../src/algebra/address.ts'
import { all, and, exists, isIn, not, podsOfNamespace } from '../../../src/ir/selector.ts'
import type { Peer, Policy, Rule, Selector, Traffic } from '../../../src/ir/types.ts'
import { rejectionsOfCalico } from '../../judges/calicoValidator.ts'
import { emitted, isolating, policyOf, ruleOf } from './building.ts'

const test = suite('calico shapes')
const isPod = "projectcalico.org/orchestrator == 'k8s'"
const or = (...of: readonly Selector[]): Selector => ({ kind: 'or', of })

function specOf(policy: Policy, combining?: 'first-match') {
  const { files, diagnostics } = emitted([policy], combining)
  assert.equal(diagnostics, [])
  assert.equal(rejectionsOfCalico(files), [])
  return parse(files[0]?.text ?? '').spec
}

const subjectOf = (pods: Selector): string =>
  specOf(policyOf({ subject: podsOfNamespace('shop', pods) })).selector
const rulesOf = (...rules: readonly Rule[]) =>
  specOf(policyOf({ ingress: isolating(...rules) }), 'first-match').ingress
const pods = (chosen: Selector, namespaces: Selector = all): Peer => ({
  kind: 'pods',
  namespaces,
  pods: chosen,
  serviceAccounts: all,
})
const codesOf = (policy: Policy): readonly string[] =>
  emitted([policy]).diagnostics.map(({ code }) => code)
const block = (text: string): Cidr => {
  const written = parseCidr(text)
  if (written === undefined) throw new Error(text)
  return written.cidr
}

for (const [selector, written] of [
  [or(isIn('a', ['x']), exists('b')), "(a == 'x' || has(b))"],
  [not(or(isIn('a', ['x', 'y']), exists('b'))), "a not in { 'x', 'y' } && !has(b)"],
  [not(and([isIn('a', ['x']), not(exists('b'))])), "(a != 'x' || has(b))"],
  [
    and([exists('a'), or(exists('b'), and([exists('c'), exists('d')]))]),
    'has(a) && (has(b) || (has(c) && has(d)))',
  ],
  [isIn('not', ['in']), "not == 'in'"],
  [isIn('has', ['all']), "has == 'all'"],
] as const) {
  test(`a nested selector is written as ${written}`, () => {
    assert.is(subjectOf(selector), `${isPod} && ${written}`)
  })
}

test('a selector that holds for everything tests for a pod alone', () => {
  assert.is(subjectOf(or(exists('a'), all)), isPod)
  assert.is(subjectOf(not(isIn('a', []))), isPod)
})

test('a subject that selects nothing is no policy; a peer that matches nothing is no rule', () => {
  const nothing = isIn('a', [])
  assert.equal(emitted([policyOf({ subject: podsOfNamespace('shop', nothing) })]).files, [])
  assert.equal(rulesOf(ruleOf([pods(nothing)]), ruleOf([pods(all, nothing)])), [])
})

test('empty lists of peers or traffic never match, so they give no rule', () => {
  assert.equal(rulesOf(ruleOf([]), ruleOf([{ kind: 'any' }], [])), [])
})

test('a negative test of namespaces stands beside the test for a pod', () => {
  assert.equal(rulesOf(ruleOf([pods(all, not(exists('env')))]))[0].source, {
    namespaceSelector: '!has(env)',
    selector: isPod,
  })
})

test('actions are spelled as Calico spells them, in the order of the source', () => {
  const actions = (['log', 'pass', 'deny', 'allow'] as const).map((action) =>
    ruleOf(undefined, undefined, action),
  )
  assert.equal(
    rulesOf(...actions).map(({ action }: { action: string }) => action),
    ['Log', 'Pass', 'Deny', 'Allow'],
  )
})

test('before 3.29 there is no Pass', () => {
  const passing = policyOf({ ingress: isolating(ruleOf(undefined, undefined, 'pass')) })
  const { diagnostics } = emitted([passing], 'first-match', { 'calico-version': ['3.28'] })
  assert.match(diagnostics[0]?.message ?? '', /no Pass before 3\.29/)
})

for (const [family, type, code, written] of [
  [4, null, null, { protocol: 'ICMP' }],
  [6, null, null, { protocol: 'ICMPv6' }],
  [4, 8, null, { protocol: 'ICMP', icmp: { type: 8 } }],
  [4, 3, 0, { protocol: 'ICMP', icmp: { type: 3, code: 0 } }],
] as const) {
  test(`ICMP of family ${family}, type ${type}, code ${code}`, () => {
    const traffic: Traffic = { kind: 'icmp', family, type, code }
    assert.equal(rulesOf(ruleOf([{ kind: 'any' }], [traffic])), [{ action: 'Allow', ...written }])
  })
}

for (const [type, code] of [
  [null, 3],
  [255, null],
] as const) {
  test(`ICMP type ${type} with code ${code} cannot be written`, () => {
    const traffic: Traffic = { kind: 'icmp', family: 4, type, code }
    const policy = policyOf({ ingress: isolating(ruleOf([{ kind: 'any' }], [traffic])) })
    assert.equal(codesOf(policy), ['NP5001'])
  })
}

test('ICMP meets no block of the other family', () => {
  const peers = ['10.0.0.0/8', 'fd00::/8'].map(
    (text): Peer => ({ kind: 'cidr', cidr: block(text), except: [] }),
  )
  const rules = rulesOf(ruleOf(peers, [{ kind: 'icmp', family: 6, type: null, code: null }]))
  assert.equal(rules, [{ action: 'Allow', protocol: 'ICMPv6', source: { nets: ['fd00::/8'] } }])
})

test('more than 256 exceptions are written as the blocks that remain', () => {
  const except = Array.from({ length: 300 }, (_, at) =>
    block(`10.0.${at % 256}.${at < 256 ? 1 : 3}/32`),
  )
  const rules = rulesOf(ruleOf([{ kind: 'cidr', cidr: block('10.0.0.0/16'), except }]))
  assert.ok(rules.length > 1)
  for (const { source } of rules) assert.is(source.notNets, undefined)
})

test('a block of which nothing remains gives no rule', () => {
  const [cidr, ...except] = ['10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/9'].map(block)
  if (cidr === undefined) throw new Error('no block')
  assert.equal(rulesOf(ruleOf([{ kind: 'cidr', cidr, except }])), [])
})

test('a subject outside of the own namespace cannot be written', () => {
  const { files, diagnostics } = emitted([
    policyOf({ subject: { namespaces: all, pods: all, serviceAccounts: all } }),
  ])
  assert.equal([files, diagnostics.map(({ code }) => code)], [[], ['NP5001']])
})

for (const key of [
  'projectcalico.org/namespace',
  'projectcalico.org/orchestrator',
  'projectcalico.org/serviceaccount',
  'pcns.env',
  'pcsa.team',
]) {
  test(`pods cannot be asked for ${key}: under that key Calico has a label of its own`, () => {
    assert.equal(codesOf(policyOf({ subject: podsOfNamespace('shop', exists(key)) })), ['NP5001'])
    const peer = ruleOf([pods(exists(key))])
    assert.equal(codesOf(policyOf({ ingress: isolating(peer) })), ['NP5001'])
  })
}

test('namespaces cannot be asked for projectcalico.org/name, which Calico sets to their name', () => {
  const peer = ruleOf([pods(all, isIn('projectcalico.org/name', ['shop']))])
  assert.equal(codesOf(policyOf({ ingress: isolating(peer) })), ['NP5001'])
  assert.ok(subjectOf(exists('projectcalico.org/name')).endsWith('has(projectcalico.org/name)'))
})

for (const text of [`x' || has(y) || z == 'x`, `x" || "`, 'x } || all', '# x', '{{x}}']) {
  test(`the value ${text} stays one value`, () => {
    const written = subjectOf(isIn('a', [text]))
    const quote = text.includes("'") ? '"' : "'"
    assert.is(written, `${isPod} && a == ${quote}${text}${quote}`)
  })
}

for (const key of ['a b', `a' || all() || 'b`, 'has(x) || y', '', 'a\n', `${'k'.repeat(513)}`]) {
  test(`the key ${JSON.stringify(key.slice(0, 20))} is not a word of the language`, () => {
    assert.equal(codesOf(policyOf({ subject: podsOfNamespace('shop', exists(key)) })), ['NP5007'])
  })
}

for (const name of ['80', '80:90', 'a b', '']) {
  test(`the port name ${JSON.stringify(name)} would be something else, and is refused`, () => {
    const traffic: Traffic = { kind: 'ports', protocol: 'TCP', ports: { kind: 'named', name } }
    const policy = policyOf({ ingress: isolating(ruleOf([{ kind: 'any' }], [traffic])) })
    assert.equal(codesOf(policy), ['NP5007'])
  })
}

for (const name of ['Upper', 'a_b', '-a', 'a..b', '___', 'ä']) {
  test(`the name ${name} is changed into one that Calico takes`, () => {
    const { files } = emitted([policyOf({ name })])
    assert.equal(rejectionsOfCalico(files), [])
    assert.match(parse(files[0]?.text ?? '').metadata.name, /^[a-z-]+-np0[a-z2-7]{16}$/)
  })
}

test('where order has a meaning it is kept; none comes last in Calico too', () => {
  const orders = emitted(
    [policyOf({ name: 'a', order: -2.5 }), policyOf({ name: 'b', order: null })],
    'first-match',
  ).files.map(({ text }) => parse(text).spec.order)
  assert.equal(orders, [-2.5, undefined])
})

test('policies of one order that Calico would sort otherwise get orders of their own', () => {
  const denying = isolating(ruleOf(undefined, undefined, 'deny'))
  // Calico 3.32 compares "foo/shop" with "foo-bar/shop", and "-" sorts before "/"; 3.31 begins with the
  // namespace.
  const allowing = policyOf({ name: 'foo', ingress: isolating(ruleOf()) })
  const tied = [allowing, policyOf({ name: 'foo-bar', ingress: denying })]
  const orders = (policies: readonly Policy[], version: string): readonly unknown[] =>
    emitted(policies, 'first-match', { 'calico-version': [version] }).files.map(
      ({ text }) => parse(text).spec.order,
    )
  const at = (order: number): readonly Policy[] => tied.map((policy) => ({ ...policy, order }))
  assert.equal(orders(at(7), '3.31'), [7.1, 7])
  assert.equal(orders(at(7), '3.32'), [7, 7])
  assert.equal(orders(tied, '3.31'), [2, 1])
  assert.equal(
    orders(
      tied.map((policy, order) => ({ ...policy, order })),
      '3.31',
    ),
    [0, 1],
  )
  assert.equal(
    orders(
      at(7).map((policy) => ({ ...policy, ingress: isolating(ruleOf()) })),
      '3.31',
    ),
    [7, 7],
  )
})

test('a tier is refused for a version that has none', () => {
  const given = { 'calico-version': ['3.28'], tier: ['platform'] }
  const { files, diagnostics } = emitted([policyOf()], 'deny-overrides', given)
  assert.equal([files, diagnostics.map(({ code }) => code)], [[], ['NP6004']])
})

test.run()
