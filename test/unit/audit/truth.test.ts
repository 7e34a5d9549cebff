// What an audit must not say: small dumps for which a hasty look would find something that is not so, each
// beside the nearest one for which it is.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { audit } from '../../../src/audit/audit.ts'
import { makeSource } from '../../../src/source/source.ts'

const test = suite('what is not so')

/** The findings of some codes, each with the text of the rule that it is about. */
function found(text: string, ...only: readonly string[]): readonly string[] {
  const { report } = audit({ dumps: [makeSource('dump', text)], only })
  assert.equal(report.partial, [])
  return report.findings.map(({ code, labels: [label] }) => {
    const { source, start = 0, end = 0 } = label?.span ?? {}
    return `${code} ${source?.text.slice(start, end) ?? ''}`
  })
}

const order = ['NP8101', 'NP8102', 'NP8105', 'NP8106']

function inInput(...rules: readonly string[]): readonly string[] {
  const lines = rules.map((rule) => `-A INPUT ${rule}`)
  return found(['*filter', ':INPUT DROP [0:0]', ...lines, 'COMMIT', ''].join('\n'), ...order)
}

function inPostrouting(...rules: readonly string[]): readonly string[] {
  const lines = rules.map((rule) => `-A POSTROUTING ${rule}`)
  return found(['*nat', ':POSTROUTING ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n'), ...order)
}

function inNft(...rules: readonly string[]): readonly string[] {
  const base = 'type filter hook output priority 0; policy accept;'
  return found(`table inet t {\nchain c {\n${base}\n${rules.join('\n')}\n}\n}\n`, ...order)
}

test('a refusal that the sender sees is not the same as a drop', () => {
  const refuse = '-p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset'
  const drop = '-p tcp -m tcp --dport 80 -j DROP'
  assert.equal(inInput(refuse), [])
  assert.equal(inInput(drop), [`NP8102 -A INPUT ${drop}`])
  assert.equal(inInput(drop, '-p tcp -j REJECT --reject-with tcp-reset'), [])
  // Behind the drop the refusal has nothing left to refuse.
  assert.equal(inInput('-i eth0 -p tcp -j ACCEPT', '-p tcp -j DROP', `-i eth1 ${refuse}`), [
    `NP8102 -A INPUT -i eth1 ${refuse}`,
  ])
})

test('another source address is another deed', () => {
  const part = '-s 10.1.0.0/16 -j MASQUERADE'
  const [first, second] = ['1', '2'].map(
    (end) => `-s 10.0.0.0/8 -j SNAT --to-source 192.0.2.${end}`,
  )
  assert.equal(inPostrouting(part, first ?? ''), [])
  assert.equal(inPostrouting(first ?? '', second ?? ''), [`NP8101 -A POSTROUTING ${second}`])
  assert.equal(inPostrouting('-s 10.2.0.0/16 -j MASQUERADE', '-s 10.0.0.0/8 -j MASQUERADE'), [
    'NP8102 -A POSTROUTING -s 10.2.0.0/16 -j MASQUERADE',
  ])
})

test('packets without a hardware address, a socket, a connection meet neither a test nor its opposite', () => {
  const mac = '--mac-source 02:00:00:00:00:01 -j DROP'
  const unmet = inInput(`-m mac ${mac}`, `-m mac ! ${mac}`, '-i lo -j ACCEPT')
  assert.equal(unmet.filter(isShadowed), [])
  for (const field of ['meta skuid', 'ct mark', 'ct zone', 'tcp option maxseg size']) {
    const rules = [`${field} 1 drop`, `${field} != 1 drop`]
    assert.equal(inNft(...rules, 'meta l4proto tcp accept').filter(isShadowed), [], field)
  }
  const status = inNft('ct status dnat drop', 'ct status ! dnat drop', 'tcp dport 1 accept')
  assert.equal(status.filter(isShadowed), [])
})

test('and packets that have what is asked for meet one of them', () => {
  for (const field of ['meta length', 'meta cpu', 'ip ttl', 'tcp window']) {
    const rules = [`${field} 1 drop`, `${field} != 1 drop`, 'ip protocol tcp accept']
    assert.equal(inNft(...rules).filter(isShadowed), ['NP8101 ip protocol tcp accept'], field)
  }
  const tracked = ['ct mark 1 drop', 'ct mark != 1 drop', 'ct state new accept']
  assert.equal(inNft(...tracked).filter(isShadowed), ['NP8101 ct state new accept'])
})

test('a verdict map goes only where all its answers can', () => {
  const some = 'ct state vmap { established : accept, new : drop }'
  assert.equal(inNft(some, 'tcp dport 80 accept', 'tcp dport 81 drop'), [
    'NP8102 tcp dport 80 accept',
  ])
  const both = 'ct state vmap { established : drop, new : drop }'
  const set = 'ct state { established, new }'
  assert.equal(inNft(both, `${set} drop`), [`NP8102 ${set} drop`, `NP8102 ${both}`])
  assert.equal(inNft(`${set} accept`, both).filter(isShadowed), [`NP8101 ${both}`])
  assert.equal(inNft('ct state new accept', both).filter(isShadowed), [])
})

test('a generator that marks packets in a chain of the kernel too is one writer', () => {
  const lines = (comment: string): string => `*filter
:FORWARD ACCEPT [0:0]
:cali-FORWARD - [0:0]
-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
-A FORWARD -m comment --comment "${comment}" -j MARK --set-xmark 0x10000/0x10000
-A cali-FORWARD -m comment --comment "cali:vjrMJCRpqwy5oRoX" -j MARK --set-xmark 0x0/0xf0000
COMMIT
`
  assert.equal(found(lines('cali:mp77cMpurHhyjLrM'), 'NP8119'), [])
  assert.is(found(lines('of my own'), 'NP8119').length, 1)
})

function isShadowed(finding: string): boolean {
  return finding.startsWith('NP8101')
}

test.run()
