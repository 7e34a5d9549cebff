// Calico. Names behind hashes were taken from public dumps and from tests of Calico's own.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { podsNamed, policies, reading } from './generatorsBuilding.ts'

const test = suite('recognition of Calico')

const kubernetes = (namespace: string, name: string, spec: string): string =>
  `--- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: ${namespace}, name: ${name}}, spec: ${spec}}\n`
const global = (name: string, spec: string): string =>
  `--- {apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: ${name}}, spec: ${spec}}\n`
const namespaced = (namespace: string, name: string, spec: string): string =>
  `--- {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {namespace: ${namespace}, name: ${name}}, spec: ${spec}}\n`

const allow = (chain: string, index: number): string =>
  [
    `-A ${chain} -m comment --comment "cali:${index}abcdefghijklmno" -m set --match-set cali40s:set${index} src -j MARK --set-xmark 0x10000/0x10000`,
    `-A ${chain} -m comment --comment "cali:${index}bcdefghijklmnop" -m mark --mark 0x10000/0x10000 -j RETURN\n`,
  ].join('\n')

const hashed: readonly (readonly [string, string, string, string])[] = [
  [
    'a policy of Kubernetes, newest names',
    'cali-pi-_qA9lGysOzwIsyVf0V23',
    kubernetes('team-b', 'deny-from-other-ns', '{podSelector: {}, policyTypes: [Ingress]}'),
    'ingress of a policy | policy team-b/deny-from-other-ns',
  ],
  [
    'a global policy, newest names',
    'cali-po-_PymyFHQQg3808jiz1OJ',
    global('long-policy-name-that-gets-hashed', '{egress: [{action: Allow}]}'),
    'egress of a policy | policy long-policy-name-that-gets-hashed',
  ],
  [
    'a global policy, names with tiers',
    'cali-pi-_l_CMLPBmpkyZIIwB62k',
    global('policy-1', '{ingress: [{action: Allow}]}'),
    'ingress of a policy | policy policy-1',
  ],
  [
    'a policy in a tier, names with tiers',
    'cali-pi-_sQdl6e7ekf9DS2UYNem',
    `--- {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: app-hipstershop}, spec: {order: 1}}\n${namespaced(
      'hipstershop',
      'app-hipstershop.checkoutservice',
      '{tier: app-hipstershop, ingress: [{action: Allow}]}',
    )}`,
    'ingress of a policy | policy hipstershop/app-hipstershop.checkoutservice',
  ],
]
for (const [title, chain, text, want] of hashed) {
  test(`the hashed name of a chain is found from known policies: ${title}`, () => {
    assert.is(reading(`:${chain}`, { policies: policies(text) }).role(chain), want)
    assert.is(reading(`:${chain}`).role(chain), want.replace(/ \|.*/, ''))
  })
}

const plain: readonly (readonly [string, string])[] = [
  ['cali-pi-knp/shop/db', 'shop/db'],
  ['cali-pi-gnp/default.foo', 'default.foo'],
  ['cali-pi-default/default.xdpf', 'xdpf'],
  ['cali-pi-sec/sec.deny', 'sec.deny'],
  ['cali-pi-default.xdp-filter', 'xdp-filter'],
  ['cali-pi-a/knp.default.b', 'a/b'],
  ['cali-pi-np/default.x', 'np/x'],
]
for (const [chain, want] of plain) {
  test(`the name of ${chain} needs no hash`, () => {
    assert.is(reading(`:${chain}`).role(chain), `ingress of a policy | policy ${want}`)
  })
}

const commented: readonly (readonly [string, string])[] = [
  ['Policy shop/knp.default.db ingress', 'shop/db'],
  ['Policy shop/default.db ingress', 'shop/db'],
  ['Policy sec.deny ingress', 'sec.deny'],
  ['KubernetesNetworkPolicy shop/db ingress', 'shop/db'],
  ['GlobalNetworkPolicy deny-all ingress', 'deny-all'],
  ['Policy kanp.adminnetworkpolicy.guard ingress', 'guard'],
]
for (const [comment, want] of commented) {
  test(`a chain with a hashed name is of the policy in "${comment}"`, () => {
    const chain = 'cali-pi-_0123456789abcdefghi'
    const line = `-A ${chain} -p tcp -m comment --comment "cali:fwIMoHrbCWNN0i6y" -m comment --comment "${comment}" -m multiport --dports 5050 -j MARK --set-xmark 0x10000/0x10000`
    assert.is(reading(line).role(chain), `ingress of a policy | policy ${want}`)
    const other = `-A ${chain} -m comment --comment "${comment}" -m comment --comment "cali:fwIMoHrbCWNN0i6y" -j DROP`
    assert.is(reading(other).role(chain), `ingress of a policy | policy ${want}`)
    const nft = `-A filter-${chain} counter packets 0 bytes 0 drop comment "cali:fwIMoHrbCWNN0i6y; ${comment}"`
    const form = { engine: 'nftables', table: 'calico' } as const
    assert.is(
      reading(nft, {}, form).role(`filter-${chain}`),
      `ingress of a policy | policy ${want}`,
    )
  })
}

const two = kubernetes(
  'shop',
  'db',
  `{podSelector: {}, ingress: [
    {from: [{podSelector: {}}, {namespaceSelector: {}}], ports: [{port: 80}, {port: 53, protocol: UDP}, {port: 443}]},
    {from: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: "fd00::/8"}}]}]}`,
)

test('rules of Kubernetes are counted as written, where Calico made several of each', () => {
  const chain = 'cali-pi-knp/shop/db'
  const lines = [0, 1, 2, 3, 4].map((index) => allow(chain, index)).join('')
  const words = reading(lines, { policies: policies(two) }).rules(chain)
  const first = 'Calico policy shop/db, ingress rule 1'
  const second = 'Calico policy shop/db, ingress rule 2'
  assert.equal(words, [...Array.from({ length: 8 }, () => first), second, second])
})

test('a chain of another version of the policy is not counted', () => {
  const chain = 'cali-pi-knp/shop/db'
  const lines = [0, 1, 2].map((index) => allow(chain, index)).join('')
  const { rules } = reading(lines, { policies: policies(two) })
  assert.is(rules(chain)[2], 'Calico policy shop/db, ingress, rule 3 of its chain')
  assert.is(
    reading(lines).rules(chain)[2],
    'Calico policy shop/db, ingress, rule 3 of its chain',
    'without policies',
  )
})

const mixed = global(
  'guard',
  `{ingress: [
    {action: Log, protocol: TCP},
    {action: Allow, source: {nets: ["fd00::/8"]}},
    {action: Deny, source: {nets: [10.0.0.0/8, 192.168.0.0/16]}},
    {action: Allow}]}`,
)
const guardLines = (chain: string, denies: readonly string[]): string =>
  [
    `-A ${chain} -p tcp -j LOG --log-prefix "calico-packet: "`,
    `-A ${chain} -j MARK --set-xmark 0x0/0xc0000`,
    `-A ${chain} -s 10.0.0.0/8 -j MARK --set-xmark 0x40000/0x40000`,
    `-A ${chain} -s 192.168.0.0/16 -j MARK --set-xmark 0x40000/0x40000`,
    ...denies.map((deny) => `-A ${chain} -m mark --mark 0x40000/0x40000 ${deny}`),
    `-A ${chain} -j MARK --set-xmark 0x10000/0x10000`,
  ].join('\n')

test("a rule's own lines, those that gather its addresses too, are one rule, and others are left out", () => {
  const chain = 'cali-pi-gnp/guard'
  const lines = guardLines(chain, ['-j DROP'])
  const numbers = reading(lines, { policies: policies(mixed) })
    .rules(chain)
    .map((words) => words?.replace('Calico policy guard, ingress rule ', ''))
  assert.equal(numbers, ['1', '3', '3', '3', '3', '4'])
})

test('marks before a drop are of the rule that drops', () => {
  const chain = 'cali-pi-gnp/guard'
  const lines = guardLines(chain, ['-j MARK --set-xmark 0x200000/0x200000', '-j DROP'])
  const numbers = reading(lines, { policies: policies(mixed) })
    .rules(chain)
    .map((words) => words?.replace('Calico policy guard, ingress rule ', ''))
  assert.equal(numbers, ['1', '3', '3', '3', '3', '3', '4'])
})

const flowLogged = (chain: string, id: string, places: readonly number[]): string =>
  places
    .map((place) =>
      [
        `-A ${chain} -j MARK --set-xmark 0x10000/0x10000`,
        `-A ${chain} -j NFLOG --nflog-prefix "API${place}|${id}"`,
        `-A ${chain} -j RETURN\n`,
      ].join('\n'),
    )
    .join('')

test("flow logs tell a rule's place without the policy", () => {
  const chain = 'cali-pi-gnp/guard'
  const words = reading(flowLogged(chain, 'gnp/guard', [1, 4])).rules(chain)
  assert.is(words[0], 'Calico policy guard, ingress rule 2')
  assert.is(words[5], 'Calico policy guard, ingress rule 5')
})

test("flow logs count Calico's rules, not those of a policy of Kubernetes", () => {
  const chain = 'cali-pi-knp/shop/db'
  const lines = flowLogged(chain, 'knp/shop/db', [3, 5])
  assert.is(reading(lines).rules(chain)[0], 'Calico policy shop/db, ingress, rule 1 of its chain')
  const words = reading(lines, { policies: policies(two) }).rules(chain)
  assert.is(words[0], 'Calico policy shop/db, ingress rule 1')
  assert.is(words[3], 'Calico policy shop/db, ingress rule 2')
})

test('interfaces lead to pods, whatever their prefix', () => {
  const cluster = podsNamed('default/podA', 'shop/db-0')
  const { recognition, role, rules } = reading(
    `:cali-tw-cali7f94ce7c295
     -A cali-fw-azv7f94ce7c295 -m comment --comment "cali:x" -j cali-po-knp/shop/db
     :cali-po-knp/shop/db
     :cali-tw-cali00000000000`,
    { cluster },
  )
  assert.is(role('cali-tw-cali7f94ce7c295'), 'ingress of a workload | pod default/podA')
  assert.is(role('cali-tw-cali00000000000'), 'ingress of a workload | interface cali00000000000')
  assert.equal(rules('cali-fw-azv7f94ce7c295'), [
    'Calico pod default/podA, egress of a workload, rule 1 of its chain, to policy shop/db',
  ])
  const podA = { namespace: 'default', pod: 'podA' }
  assert.equal(recognition.interfaces.get('cali7f94ce7c295'), podA)
  assert.equal(recognition.interfaces.get('azv7f94ce7c295'), podA)
  assert.is(recognition.interfaces.size, 3)
  assert.is(reading(':FORWARD', { cluster }).recognition.interfaces.size, 0)
})

test('profiles of namespaces and of service accounts', () => {
  const cluster = podsNamed('kube-system/konnectivity-agent')
  const { role } = reading(
    `:cali-pro-_b-WIgmNvlBH1FuEYm2
     :cali-pri-kns.kube-system`,
    { cluster },
  )
  assert.is(
    role('cali-pro-_b-WIgmNvlBH1FuEYm2'),
    'egress of a profile | profile ksa.kube-system.konnectivity-agent',
  )
  assert.is(role('cali-pri-kns.kube-system'), 'ingress of a profile | profile kns.kube-system')
})

test('a group of policies names its members, and a set the policy that alone asks it', () => {
  const lines = `-A cali-gi-A12 -j cali-pi-knp/shop/db
    -A cali-gi-A12 -m mark --mark 0x0/0x30000 -j cali-pi-gnp/guard
    -A cali-pi-knp/shop/db -m set --match-set cali40s:one src -j MARK --set-xmark 0x1/0x1
    -A cali-pi-knp/shop/db -m set --match-set cali40s:both src -j MARK --set-xmark 0x1/0x1
    -A cali-pi-gnp/guard -m set --match-set cali40s:both src -j DROP`
  const { role, set } = reading(lines)
  assert.is(role('cali-gi-A12'), 'ingress of a group of policies | policies shop/db, guard')
  assert.is(set('cali40s:one'), 'addresses of a selector | policy shop/db')
  assert.is(set('cali40s:both'), 'addresses of a selector')
  assert.is(set('cali40n-x'), 'addresses and ports of a port with a name')
  assert.is(set('cali60this-host'), "the node's own addresses")
  assert.is(set('califoo'), null)
})

test("in Calico's nftables tables hooks are its own, elsewhere they are nobody's", () => {
  const form = { engine: 'nftables', table: 'calico' } as const
  const lines = `:filter-FORWARD
    :filter-cali-from-wl-dispatch`
  const { role, recognition } = reading(lines, {}, form)
  assert.is(role('filter-FORWARD'), "entry from the kernel's hook")
  assert.is(role('filter-cali-from-wl-dispatch'), "choice of a workload's chain, by its interface")
  assert.equal(recognition.generators, [{ name: 'Calico', chains: 2 }])
  assert.is(reading(':FORWARD').role('FORWARD'), null)
  assert.is(reading(':cali-later').role('cali-later'), 'chain of no known kind')
})

test.run()
