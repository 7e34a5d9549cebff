// Ports by name in rules that no text of a user brings about: towards everybody, blocks and nodes.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { parseCidr } from '../../../src/algebra/address.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { readOptions } from '../../../src/emit/options.ts'
import type { EmitContext } from '../../../src/emit/target.ts'
import { all, everyone } from '../../../src/ir/selector.ts'
import { type Peer, type PolicySet, protocols, type Traffic } from '../../../src/ir/types.ts'
import { verifyOutput } from '../../../src/proof/verify.ts'
import { makeSource } from '../../../src/source/source.ts'
import { admin } from '../../../targets/admin/index.ts'

const test = suite('admin ports by name')
const origin = { span: { source: makeSource('t', ''), start: 0, end: 0 }, path: 'egress[0]' }
const named: readonly Traffic[] = protocols.map((protocol) => ({
  kind: 'ports',
  protocol,
  ports: { kind: 'named', name: 'http' },
}))
const dns: Traffic = { kind: 'ports', protocol: 'UDP', ports: { kind: 'range', from: 53, to: 53 } }
const pods = { namespaces: all, pods: all, serviceAccounts: all }
const nodes: Peer = { kind: 'hosts', nodes: all, which: 'any' }
const cidr = parseCidr('10.0.0.0/8')?.cidr
if (cidr === undefined) throw new Error('no CIDR')
const block: Peer = { kind: 'cidr', cidr, except: [] }

function setOf(peers: readonly Peer[], traffic: readonly Traffic[]): PolicySet {
  const rule = {
    action: 'deny',
    subjects: everyone,
    peers,
    traffic,
    conditions: [],
    origins: [origin],
  } as const
  const policy = { name: 'p', namespace: null, subject: pods, ingress: null, order: 1, origin }
  const egress = { isolates: false, rules: [rule] }
  const tier = {
    name: 't',
    combining: 'first-match',
    default: 'pass',
    ownNode: 'governed',
  } as const
  return { tiers: [{ ...tier, policies: [{ ...policy, egress }] }] }
}

/** The egress rules, proved; or else the codes of what was said. */
function emitted(peers: readonly Peer[], traffic: readonly Traffic[]): unknown {
  const reporter = makeReporter()
  const context: EmitContext = {
    options: readOptions({}, [admin], [admin], reporter),
    cluster: null,
    node: null,
    fidelity: 'exact',
    format: 'yaml',
    reporter,
  }
  const set = setOf(peers, traffic)
  const files = admin.emit(set, context)
  if (reporter.errors > 0) return reporter.diagnostics.map(({ code }) => code)
  assert.is(verifyOutput(set, admin, files, new Set(), context).answer, 'equal')
  return parse(files[0]?.text ?? '').spec.egress
}

const number = { udp: { destinationPort: { number: 53 } } }
const name = { destinationNamedPort: 'http' }
const everyBlock = { networks: ['0.0.0.0/0', '::/0'] }

test('towards everybody the name is one of pods', () => {
  assert.equal(emitted(everyone, [dns, ...named]), [
    { action: 'Deny', to: [everyBlock], protocols: [number] },
    { action: 'Deny', to: [{ namespaces: {} }], protocols: [name] },
  ])
})

test('nodes have no names of ports', () => {
  assert.equal(emitted([{ kind: 'pods', ...pods }, nodes], [dns, ...named]), [
    { action: 'Deny', to: [{ namespaces: {} }, { nodes: {} }], protocols: [number] },
    { action: 'Deny', to: [{ namespaces: {} }], protocols: [name] },
  ])
})

test('towards blocks a name is refused: pods in them may have it', () => {
  assert.ok(JSON.stringify(emitted([block], named)).includes('NP5001'))
})

test('a name that one protocol has among all of its ports is one of all three', () => {
  const tcp: Traffic = { kind: 'ports', protocol: 'TCP', ports: { kind: 'all' } }
  const whole = { tcp: { destinationPort: { range: { start: 1, end: 65535 } } } }
  assert.equal(emitted([{ kind: 'pods', ...pods }], [tcp, ...named.slice(1)]), [
    { action: 'Deny', to: [{ namespaces: {} }], protocols: [whole, name] },
  ])
})

test.run()
