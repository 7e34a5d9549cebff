// The table of a node: what stands in it for which policies, on a cluster of four pods.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeSource } from '../../../src/source/source.ts'
import { admin, calico, calicoTier, kubernetes, snapshot } from '../firewall/building.ts'
import { fileOf, type Request } from '../firewall/emitting.ts'

const test = suite('nftables')

const table = (policies: string, request?: Request): string =>
  fileOf('nftables', 'netpolc.nft', policies, request)

/** Lines of an object, names of profiles shortened; none where there is no such object. */
function body(text: string, kind: 'set' | 'map' | 'chain', name: RegExp): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/-[a-z2-7]{16}/g, ''))
  const start = lines.findIndex((line) => {
    const [, found, own = ''] = /^\t(\w+) (\S+) \{$/.exec(line) ?? []
    return found === kind && name.test(own)
  })
  if (start === -1) return []
  return lines.slice(start + 1, lines.indexOf('\t}', start)).map((line) => line.trim())
}

/** Elements without their comments. */
const elements = (text: string, name: RegExp, kind: 'set' | 'map' = 'set'): readonly string[] => {
  const own = body(text, kind, name)
  return own
    .slice(own.indexOf('elements = {') + 1, -1)
    .map((line) => line.replace(/ comment "[^"]*"/, '').replace(/,$/, ''))
}
const objects = (text: string): readonly string[] =>
  [...text.matchAll(/^\t(set|map|chain) (\S+) \{$/gm)].map(
    ([, kind, name]) => `${kind} ${name?.replace(/-[a-z2-7]{16}/, '')}`,
  )
const plain = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/ comment "[^"]*"/, ''))

const isolated = '{ podSelector: { matchLabels: { app: b } } }'
const ingress = (rule: string, app = 'b'): string =>
  kubernetes('p', `{ podSelector: { matchLabels: { app: ${app} } }, ingress: [${rule}] }`)

test('where nobody is governed, a table with nothing but its version', () => {
  const text = table(kubernetes('p', '{ podSelector: { matchLabels: { app: c } } }'))
  assert.equal(objects(text), ['chain version'])
  assert.match(text, /^add table inet netpolc\ndelete table inet netpolc\ntable inet netpolc \{$/m)
})

test('an isolated pod without rules: its address leads to a drop', () => {
  const text = table(kubernetes('p', isolated))
  assert.equal(objects(text), [
    'chain version',
    'set itself4',
    'chain refuse4',
    'chain ingress4',
    'chain transit',
    'map ingress4',
    'chain forward',
    'chain output',
  ])
  assert.equal(elements(text, /^ingress4$/, 'map'), ['10.0.0.2 : jump ingress4'])
  assert.equal(body(text, 'chain', /^ingress4/), ['goto refuse4 comment "denied by shop/p"'])
  assert.equal(body(text, 'chain', /^transit/), ['ip daddr vmap @ingress4'])
})

test('a pod reaches itself by any of its addresses, and the drop is the last word otherwise', () => {
  const more = snapshot.text.replace('{"ip":"10.0.0.2"}', '{"ip":"10.0.0.2"},{"ip":"10.0.0.22"}')
  const text = table(kubernetes('p', isolated), { cluster: makeSource('s.json', more) })
  assert.equal(elements(text, /^itself4/), [
    '10.0.0.2 . 10.0.0.2',
    '10.0.0.2 . 10.0.0.22',
    '10.0.0.22 . 10.0.0.2',
    '10.0.0.22 . 10.0.0.22',
  ])
  assert.equal(body(text, 'chain', /^refuse4/), ['ip saddr . ip daddr @itself4 return', 'drop'])
})

test('replies pass first, and nothing but replies is accepted', () => {
  const text = table(kubernetes('p', isolated))
  assert.equal(body(text, 'chain', /^forward/), [
    'type filter hook forward priority -5; policy accept;',
    'ct state established,related accept',
    'ip daddr vmap @ingress4',
  ])
  assert.is(text.match(/\baccept$/gm)?.length, 2)
})

test('pods with the same policies share chain and sets', () => {
  const text = table(kubernetes('p', '{ podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] }'))
  assert.equal(elements(text, /^ingress4$/, 'map'), [
    '10.0.0.1 : jump ingress4',
    '10.0.0.2 : jump ingress4',
  ])
  assert.is(objects(text).filter((one) => one === 'chain ingress4').length, 1)
})

test('but not where they give the same name of a port different numbers', () => {
  const text = table(kubernetes('p', '{ podSelector: {}, ingress: [{ ports: [{ port: http }] }] }'))
  assert.is(objects(text).filter((one) => one === 'chain ingress4').length, 2)
  assert.equal(elements(text, /^ingress4-ports/), ['0.0.0.0/0 . tcp . 8080'])
})

test('egress to a name: each destination has its own number', () => {
  const spec =
    '{ podSelector: { matchLabels: { app: b } }, policyTypes: [Egress], egress: [{ to: [{ podSelector: {} }], ports: [{ port: http }] }] }'
  assert.equal(elements(table(kubernetes('p', spec)), /^egress4-ports/), [
    '10.0.0.3 . tcp . 80',
    '10.0.0.13 . tcp . 80',
    '10.0.0.1 . tcp . 8080',
    '10.0.0.2 . tcp . 9090',
  ])
})

test('elements are disjoint, whatever the rules overlap', () => {
  const text = table(
    ingress(
      '{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }, { ipBlock: { cidr: 10.1.2.0/24 } }, { podSelector: {} }] }, { from: [{ ipBlock: { cidr: 10.0.0.0/16 } }], ports: [{ port: 80 }] }, { ports: [{ port: 80 }, { port: 70, endPort: 90 }] }',
    ),
  )
  assert.equal(elements(text, /^ingress4-all/), [
    '10.0.0.0/16',
    '10.1.2.0/24',
    '10.2.0.0-10.255.255.255',
  ])
  assert.equal(elements(text, /^ingress4-ports/), [
    '0.0.0.0-9.255.255.255 . tcp . 70-90',
    '10.1.0.0/23 . tcp . 70-90',
    '10.1.3.0-10.1.255.255 . tcp . 70-90',
    '11.0.0.0-255.255.255.255 . tcp . 70-90',
  ])
})

test('protocols without ports are a set of their own, all traffic needs no protocol', () => {
  const text = table(ingress('{ ports: [{ protocol: SCTP }] }, { from: [{ podSelector: {} }] }'))
  assert.equal(elements(text, /^ingress4-protocols/), [
    '0.0.0.0-10.0.0.0 . sctp',
    '10.0.0.5-10.0.0.12 . sctp',
    '10.0.0.14-255.255.255.255 . sctp',
  ])
  assert.equal(plain(body(text, 'chain', /^ingress4/)), [
    'ip saddr @ingress4-all-exact return',
    'ip saddr . meta l4proto @ingress4-protocols return',
    'goto refuse4',
  ])
})

test('many addresses with many ports are two sets, and not their product', () => {
  const blocks = Array.from(
    { length: 20 },
    (_, at) => `{ ipBlock: { cidr: 192.0.${2 * at}.0/24 } }`,
  )
  const ports = Array.from({ length: 20 }, (_, at) => `{ port: ${100 + 2 * at} }`)
  const text = table(ingress(`{ from: [${blocks.join()}], ports: [${ports.join()}] }`))
  assert.is(elements(text, /^ingress4-0$/).length, 20)
  assert.is(elements(text, /^ingress4-0-ports-exact$/).length, 20)
  assert.is(
    plain(body(text, 'chain', /^ingress4/))[0],
    'ip saddr @ingress4-0 meta l4proto . th dport @ingress4-0-ports-exact return',
  )
  const few = table(ingress(`{ from: [${blocks.slice(0, 3).join()}], ports: [${ports.join()}] }`))
  assert.is(elements(few, /^ingress4-ports$/).length, 60)
})

test('texts of users cannot end their quotes, or their line', () => {
  const file = 'a"\n\t\tdrop\n}\u202e\\.yaml'
  const text = table(ingress('{ ports: [{ port: 80 }] }'), { file })
  assert.match(
    text,
    /0\.0\.0\.0\/0 \. tcp \. 80 comment "shop\/p a'\?\?\?drop\?\}\?'\.yaml:1 ingress\[0\]",\n/,
  )
  assert.not.match(text, /^\t\tdrop$\n\}/m)
})

test('comments have 127 bytes at most, and keep both ends', () => {
  const long = 'l'.repeat(200)
  const text = table(
    kubernetes(long, '{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }'),
  )
  const comments = [...text.matchAll(/comment "([^"]*)"/g)].map(([, own = '']) => own)
  assert.is(Math.max(...comments.map((one) => Buffer.byteLength(one))), 127)
  assert.ok(comments.some((one) => /^shop\/l+\.\.\.l+ p\.yaml:1 ingress\[0\]$/.test(one)))
})

test('essential ICMP passes unless policies are to decide', () => {
  const refused = (icmp: string): readonly string[] =>
    body(table(kubernetes('p', isolated), { options: { icmp: [icmp] } }), 'chain', /^refuse4/)
  const rest = ['ip saddr . ip daddr @itself4 return', 'drop']
  assert.equal(refused('essential'), ['icmp type 3 icmp code 4 return', ...rest])
  assert.equal(refused('policy'), rest)
})

test('ICMP by type and code', () => {
  const rules =
    '[{ action: Allow, protocol: ICMP, icmp: { type: 8 } }, { action: Allow, protocol: ICMP, icmp: { type: 3, code: 4 } }]'
  const text = table(calico('p', `{ selector: app == 'b', ingress: ${rules} }`))
  assert.equal(elements(text, /^ingress4-icmp/), ['0.0.0.0/0 . 3 . 4', '0.0.0.0/0 . 8 . 0-255'])
  assert.equal(
    plain(body(text, 'chain', /^ingress4/))[0],
    'ip saddr . icmp type . icmp code @ingress4-icmp return',
  )
})

test('IPv6 has sets, maps and words of its own', () => {
  const from = '{ from: [{ ipBlock: { cidr: "2001:db8::/32" } }], ports: [{ port: 80 }] }'
  const text = table(ingress(from, 'a'))
  assert.equal(elements(text, /^ingress6-ports/), ['2001:db8::/32 . tcp . 80'])
  assert.equal(elements(text, /^ingress6$/, 'map'), ['fd00::1 : jump ingress6'])
  assert.equal(plain(body(text, 'chain', /^ingress6/)), [
    'ip6 saddr . meta l4proto . th dport @ingress6-ports return',
    'goto refuse6',
  ])
  assert.equal(plain(body(text, 'chain', /^ingress4/)), ['goto refuse4'])
})

test('rules that log are asked before those that decide, about what is open alone', () => {
  const rules =
    '[{ action: Allow, source: { nets: [10.0.0.0/8] } }, { action: Log, protocol: TCP, destination: { ports: [80] } }]'
  const text = table(calico('log', `{ selector: app == 'b', ingress: ${rules} }`))
  assert.equal(elements(text, /^ingress4-log0-ports/), [
    '0.0.0.0-9.255.255.255 . tcp . 80',
    '11.0.0.0-255.255.255.255 . tcp . 80',
  ])
  assert.equal(plain(body(text, 'chain', /^ingress4/)), [
    'ip saddr . meta l4proto . th dport @ingress4-log0-ports log prefix "netpolc log: "',
    'ip saddr @ingress4-all return',
    'goto refuse4',
  ])
})

test('where nothing isolates, what is denied is listed, and tiers leave one answer', () => {
  const outer = admin(
    'p',
    '{ tier: Admin, priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: d } } } }] }] }',
  )
  const text = table(outer)
  assert.equal(plain(body(text, 'chain', /^ingress4/)), [
    'ip saddr @ingress4-all-exact goto refuse4',
  ])
  assert.equal(elements(text, /^ingress4-all/), ['10.0.0.4'])
  const passing = `${calicoTier('one', '{ order: 1 }')}${calico('one.p', '{ tier: one, selector: all(), ingress: [{ action: Pass, protocol: TCP }] }')}${calico('q', '{ selector: all(), ingress: [{ action: Allow, source: { nets: [10.0.0.0/8] } }] }')}`
  assert.equal(elements(table(passing), /^ingress4-protocols/), ['10.0.0.0/8 . tcp'])
})

test('what pods and their own node send each other has hooks of its own', () => {
  const spec =
    '{ tier: Admin, priority: 1, subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: b } } } }, egress: [{ action: Deny, to: [{ nodes: {} }] }] }'
  const text = table(admin('p', spec))
  assert.equal(body(text, 'chain', /^input/), [
    'type filter hook input priority -5; policy accept;',
    'ct state established,related accept',
    'ip saddr vmap @tohost4',
  ])
  assert.equal(elements(text, /^tohost4-all/), ['0.0.0.0/0'])
  assert.equal(elements(text, /^egress4-all/), ['172.16.0.1', '172.16.0.2'])
})

test('--host-traffic deny: what the node sends its pods needs a rule', () => {
  const own = ingress('{ from: [{ ipBlock: { cidr: 172.16.0.0/30 } }] }')
  const text = table(own, { options: { 'host-traffic': ['deny'] } })
  assert.equal(body(text, 'chain', /^output/).slice(2), [
    'fib saddr type != local goto transit',
    'ip daddr vmap @fromhost4',
  ])
  assert.equal(plain(body(text, 'chain', /^fromhost4/)), [
    'ip saddr @fromhost4-all-exact return',
    'drop',
  ])
  assert.not.match(table(own), /fromhost/)
})

test('the version names what the table holds', () => {
  const versionOf = (text: string): string => /chain (version-\w{16})/.exec(text)?.[1] ?? ''
  const [one, other] = [80, 81].map((port) => table(ingress(`{ ports: [{ port: ${port} }] }`)))
  assert.not.equal(versionOf(one ?? ''), versionOf(other ?? ''))
  assert.is(table(ingress('{ ports: [{ port: 80 }] }')), one)
})

test.run()
