// Stages: which pods of a node are governed on which way, by which rules, and who shares them.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Profile, Stage } from '../../../src/firewall/stages.ts'
import type { PolicySet } from '../../../src/ir/types.ts'
import { admin, calico, calicoTier, kubernetes, read, rule, stages, tier } from './building.ts'

const test = suite('stages')

const subjectsOf = ({ subjects }: Profile): string => subjects.map(({ pod }) => pod.name).join(' ')
const kinds = (...request: Parameters<typeof stages>): readonly string[] =>
  stages(...request).map(({ kind }) => kind)
const groups = (set: PolicySet, kind: Stage['kind'] = 'ingress'): readonly string[] =>
  profiles(set, kind).map(subjectsOf)
const profiles = (set: PolicySet, kind: Stage['kind'] = 'ingress'): readonly Profile[] =>
  stages(set).flatMap((stage) => (stage.kind === kind ? stage.profiles : []))
const actions = ({ tiers }: Profile): readonly string[] =>
  tiers.map(({ rules, end }) => [...rules.map((one) => one.rule.action), end].join(' '))

const isolated = kubernetes('p', '{ podSelector: {} }')
const ofB = kubernetes('q', '{ podSelector: { matchLabels: { app: b } } }')

test('pods with the same policies share a profile, one for each way', () => {
  assert.equal(groups(read(isolated)), ['a b'])
  assert.equal(groups(read(isolated + ofB)), ['a', 'b'])
})

test('pods of other nodes, and without an address of the IP version, are not governed here', () => {
  assert.equal(
    stages(read(isolated), 6).map((stage) => stage.profiles.map(subjectsOf)),
    [['a']],
  )
  assert.equal(kinds(read(kubernetes('p', '{ podSelector: { matchLabels: { app: c } } }'))), [])
})

test('only the directions that a policy governs', () => {
  assert.equal(kinds(read(isolated)), ['ingress'])
  assert.equal(kinds(read(kubernetes('p', '{ podSelector: {}, policyTypes: [Egress] }'))), [
    'egress',
  ])
})

test('own node: Kubernetes governs neither way, Calico what pods send, administrators both', () => {
  const both = '{ podSelector: {}, policyTypes: [Ingress, Egress] }'
  assert.equal(kinds(read(kubernetes('p', both))), ['egress', 'ingress'])
  assert.equal(kinds(read(calico('p', '{ selector: all(), types: [Ingress, Egress] }'))), [
    'egress',
    'ingress',
    'to-host',
  ])
  const deny = (end: string): string => `[{ action: Deny, ${end}: [{ namespaces: {} }] }]`
  const toNodes = '[{ action: Deny, to: [{ nodes: {} }] }]'
  const outer = `{ tier: Admin, priority: 1, subject: { namespaces: {} }, ingress: ${deny('from')}, egress: ${toNodes} }`
  assert.equal(kinds(read(admin('p', outer))), ['egress', 'ingress', 'to-host', 'from-host'])
})

test('--host-traffic deny: what the own node sends is governed whatever the tier says', () => {
  assert.equal(kinds(read(isolated), 4, 'deny'), ['ingress', 'from-host'])
  const egress = kubernetes('p', '{ podSelector: {}, policyTypes: [Egress] }')
  assert.equal(kinds(read(egress), 4, 'deny'), ['egress'])
})

test('tiers come in order, and none after one that nothing gets past', () => {
  const first = '{ tier: one, selector: all(), ingress: [{ action: Allow, protocol: TCP }] }'
  const passing = '{ tier: one, selector: all(), ingress: [{ action: Pass, protocol: TCP }] }'
  const last = '{ selector: all(), ingress: [{ action: Allow, protocol: UDP }] }'
  const own = (spec: string): readonly string[] =>
    profiles(
      read(calicoTier('one', '{ order: 1 }') + calico('one.p', spec) + calico('q', last)),
    ).flatMap(actions)
  assert.equal(own(first), ['allow deny'])
  assert.equal(own(passing), ['pass deny', 'allow deny'])
})

test('a tier whose default is to pass ends in the next', () => {
  const set = { tiers: [tier([[rule({ action: 'deny' })]], { default: 'pass' }), tier([[]])] }
  assert.equal(profiles(set).map(actions), [['deny next', 'deny']])
})

test('in order: by policy, then by rule; deny-overrides: what logs, what denies, what allows', () => {
  const rules = [
    [rule({ action: 'allow' }), rule({ action: 'deny' })],
    [rule({ action: 'log' }), rule({ action: 'pass' })],
  ]
  assert.equal(profiles({ tiers: [tier(rules)] }).map(actions), [['allow deny log pass deny']])
  const unordered = { tiers: [tier(rules, { combining: 'deny-overrides' })] }
  // Nothing passes in a tier without order.
  assert.equal(profiles(unordered).map(actions), [['log deny allow deny']])
})

test('policies that do not isolate leave the rest open, and alone with rules that allow are nothing', () => {
  const loose = (action: 'allow' | 'deny' | 'log'): PolicySet => {
    const one = tier([[rule({ action })]])
    return {
      tiers: [
        {
          ...one,
          policies: one.policies.map((policy) => ({
            ...policy,
            ingress: { isolates: false, rules: policy.ingress?.rules ?? [] },
          })),
        },
      ],
    }
  }
  assert.equal(profiles(loose('deny')).map(actions), [['deny next']])
  assert.equal(profiles(loose('log')).map(actions), [['log next']])
  assert.equal(profiles(loose('allow')), [])
})

test('a rule for a part of the pods parts their profiles, and is in one of them alone', () => {
  const spec =
    "{ selector: all(), ingress: [{ action: Allow, destination: { selector: app == 'a' } }] }"
  const own = profiles(read(calico('p', spec)))
  assert.equal(own.map(subjectsOf), ['a', 'b'])
  assert.equal(own.map(actions), [['allow deny'], ['deny']])
})

test('a rule for a block of addresses is for those addresses of the pods', () => {
  const cidr = { family: 4, base: 0x0a000002n, prefix: 32 } as const
  const part = rule({ subjects: [{ kind: 'cidr', cidr, except: [] }] })
  const own = profiles({ tiers: [tier([[part]])] })
  assert.equal(
    own.map((one) => [subjectsOf(one), ...actions(one)]),
    [
      ['a', 'deny'],
      ['b', 'allow deny'],
    ],
  )
})

test('a profile is named by its policies and its way, not by what they say', () => {
  const ids = (text: string): readonly string[] => profiles(read(text)).map(({ id }) => id)
  const other = kubernetes('p', '{ podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] }')
  assert.equal(ids(isolated), ids(other))
  assert.not.equal(ids(isolated), ids(isolated.replace('"p"', '"r"')))
  const both = stages(
    read(kubernetes('p', '{ podSelector: {}, policyTypes: [Ingress, Egress] }')),
  ).flatMap((stage) => stage.profiles.map(({ id }) => id))
  assert.is(new Set(both).size, 2)
})

test('objects of two kinds with one name are two policies', () => {
  const inner = kubernetes('p', '{ podSelector: { matchLabels: { app: a } } }')
  const text = `${inner}${calico('p', "{ selector: app == 'b', types: [Ingress] }")}`
  assert.equal(groups(read(text)), ['a', 'b'])
})

test.run()
