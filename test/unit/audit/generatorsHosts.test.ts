// Docker, ufw, firewalld, and our own firewalls as the compiler writes them.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { markBits } from '../../../src/audit/generators/markBits.ts'
import { generatorNames } from '../../../src/audit/generators/types.ts'
import { calico, kubernetes } from '../firewall/building.ts'
import { fileOf } from '../firewall/emitting.ts'
import { dump, reading } from './generatorsBuilding.ts'

const test = suite('recognition of generators of hosts')

const nft = (table: string) => ({ engine: 'nftables', table, families: [4, 6] }) as const

const docker: readonly (readonly [string, string])[] = [
  ['DOCKER-USER', "rules of the user, before all of Docker's own"],
  ['DOCKER-ISOLATION-STAGE-2', 'isolation of networks from each other'],
  ['DOCKER', 'ports that containers publish'],
  ['DOCKER-CT', 'connections to bridges that are there'],
]
for (const [chain, want] of docker) {
  test(`${chain} is Docker's`, () => {
    assert.is(reading(`:${chain}`).role(chain), want)
  })
}

test("Docker's nftables tables", () => {
  const { role } = reading(
    `:filter-forward-in__br-1234
     :nat-prerouting-and-output
     :filter-later`,
    {},
    nft('docker-bridges'),
  )
  assert.is(role('filter-forward-in__br-1234'), 'forwarding into a network | bridge br-1234')
  assert.is(role('nat-prerouting-and-output'), 'ports that containers publish')
  assert.is(role('filter-later'), 'chain of no known kind')
})

const ufw: readonly (readonly [string, string])[] = [
  ['ufw-user-input', "administrator's rules for incoming traffic"],
  ['ufw6-user-forward', "administrator's rules for forwarded traffic"],
  ['ufw-before-forward', "forward: ufw's own rules before the administrator's"],
  ['ufw-skip-to-policy-output', 'output: end without logging'],
  ['ufw-user-logging-input', 'logging'],
  ['ufw-before-logging-output', 'logging'],
  ['ufw-user-limit-accept', 'limits on new connections'],
]
for (const [chain, want] of ufw) {
  test(`${chain} is ufw's`, () => {
    assert.is(reading(`:${chain}`).role(chain), want)
  })
}

const zones: readonly (readonly [string, string])[] = [
  ['IN_public', 'incoming traffic | zone public'],
  ['IN_public_allow', 'incoming traffic, what is allowed | zone public'],
  ['IN_my_zone_deny', 'incoming traffic, what is denied | zone my_zone'],
  ['FWDI_internal_log', 'traffic that is forwarded in, logging | zone internal'],
  ['FWD_public_to_internal', 'choice of policies between zones | zones public to internal'],
  ['INPUT_ZONES', 'choice of a zone'],
  ['INPUT_POLICIES_pre', 'choice of policies'],
]

test('zones and policies of firewalld, with both engines', () => {
  const old = reading([':INPUT_direct', ...zones.map(([chain]) => `:${chain}`)].join('\n'))
  for (const [chain, want] of zones) assert.is(old.role(chain), want)
  assert.is(old.role('INPUT_direct'), 'direct rules of the administrator')
  const listed = reading(':INPUT_direct\n:IN_public', {}, nft('filter'))
  assert.is(listed.role('IN_public'), 'incoming traffic | zone public', 'by nft, of iptables')
  const policy = 'filter_IN_policy_allow-host-ipv6_allow'
  const lines = [...zones.map(([chain]) => `:filter_${chain}`), `:${policy}`, ':filter_INPUT']
  const fresh = reading(lines.join('\n'), {}, nft('firewalld'))
  for (const [chain, want] of zones) assert.is(fresh.role(`filter_${chain}`), want)
  assert.is(fresh.role(policy), 'incoming traffic, what is allowed | policy allow-host-ipv6')
  assert.is(fresh.role('filter_INPUT'), "entry from the kernel's hook")
  assert.is(
    reading(':IN_public').role('IN_public'),
    null,
    'without the others anybody may call it so',
  )
})

const input = `${kubernetes(
  'db',
  '{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{podSelector: {matchLabels: {app: c}}}]}, {ports: [{port: 80}]}]}',
)}${calico('deny', "{selector: app == 'b', ingress: [{action: Deny, protocol: UDP}, {action: Allow}]}")}`

test('our rules for iptables: pods, policies and places', () => {
  const text = fileOf('iptables', 'iptables.rules', input, { options: { table: ['filter'] } })
  const ruleset = dump(text.replace(/^(?!-A |:).*$/gm, ''))
  const { role, rules, recognition } = reading(ruleset)
  const names = [...(ruleset.tables[0]?.chains.keys() ?? [])]
  const profiles = names.filter((name) => /^NP-I-[a-z2-7]{16}$/.test(name))
  const described = profiles.map((name) => [role(name), ...rules(name)])
  assert.equal(described, [
    [
      'ingress of pods | pod shop/a',
      'netpolc policy shop/db, ingress rule 1 (p.yaml:1), for pod shop/a',
      'netpolc policy shop/db, ingress rule 2 (p.yaml:1), for pod shop/a',
      'netpolc pod shop/a, else denied: isolated by shop/db',
    ],
    [
      'ingress of pods | pod shop/b',
      'netpolc policy deny, ingress rule 1 (p.yaml:2), for pod shop/b',
      'netpolc policy deny, ingress rule 2 (p.yaml:2), for pod shop/b',
    ],
  ])
  assert.is(role('NP-FORWARD'), "entry from the kernel's hook")
  assert.equal(recognition.generators, [{ name: 'netpolc', chains: names.length }])
})

test('our rules for nftables', () => {
  const text = fileOf('nftables', 'netpolc.nft', input)
  const profile = /chain (ingress4-[a-z2-7]{16}) \{/.exec(text)?.[1] ?? ''
  const { role, rules, set } = reading(
    `:forward
     -A ${profile} goto refuse4 comment "denied by shop/db"
     :refuse4`,
    {},
    nft('netpolc'),
  )
  assert.is(role(profile), 'ingress of pods')
  assert.equal(rules(profile), ['netpolc, denied by shop/db'])
  assert.is(role('forward'), "entry from the kernel's hook")
  assert.is(set(`${profile}-all-exact`), 'addresses of peers')
})

test('a rule of nobody has no words, nor one of a chain that is not there', () => {
  const ruleset = dump('-A FORWARD -j DROP\n-A DOCKER-USER -j RETURN')
  const { recognition, rules } = reading(ruleset)
  assert.equal(rules('FORWARD'), [null])
  assert.equal(rules('DOCKER-USER'), [
    "Docker, rules of the user, before all of Docker's own, rule 1 of its chain",
  ])
  const [table] = ruleset.tables
  const rule = table?.chains.get('FORWARD')?.rules[0]
  assert.ok(table && rule)
  assert.is(recognition.rule(table, 'DOCKER', rule), null)
})

test('bits of marks: those of one generator do not meet another, but for the old ones', () => {
  assert.ok(markBits.every(({ generator }) => generatorNames.includes(generator)))
  const meets = markBits.flatMap((a) =>
    markBits
      .filter((b) => a.generator < b.generator && (a.mask & b.mask) !== 0)
      .map((b) => `${a.generator} ${b.generator}`),
  )
  assert.equal([...new Set(meets)].sort(), ['Azure NPM kube-proxy', 'Calico kube-router'])
})

test.run()
