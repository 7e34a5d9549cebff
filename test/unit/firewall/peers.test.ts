// Peers as addresses, seen through the network and at the hooks of the own node.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Cidr, type Family, parseCidr } from '../../../src/algebra/address.ts'
import { type PeerView, peerAddresses } from '../../../src/firewall/peers.ts'
import type { Peer, Selector } from '../../../src/ir/types.ts'
import { peerContext, words } from './building.ts'

const test = suite('peers')

const all: Selector = { kind: 'all' }
const app = (...values: readonly string[]): Peer => ({
  kind: 'pods',
  namespaces: all,
  pods: { kind: 'in', key: 'app', values },
  serviceAccounts: all,
})
const hosts = (which: 'any' | 'own' | 'other', nodes: Selector = all): Peer => ({
  kind: 'hosts',
  nodes,
  which,
})
const n2: Selector = { kind: 'in', key: 'role', values: ['n2'] }
const cidrOf = (text: string): Cidr => {
  const found = parseCidr(text)
  if (found === undefined) throw new Error(text)
  return found.cidr
}
const block = (text: string, ...except: readonly string[]): Peer => ({
  kind: 'cidr',
  cidr: cidrOf(text),
  except: except.map(cidrOf),
})
const seen = (peer: Peer, view: PeerView = 'network', family: Family = 4): readonly string[] =>
  words(peerAddresses([peer], view, peerContext(family)), family)
const everything4 = ['0.0.0.0-255.255.255.255']

test('pods are all their addresses of the IP version', () => {
  assert.equal(seen(app('a', 'c')), ['10.0.0.1', '10.0.0.3', '10.0.0.13'])
  assert.equal(seen(app('a', 'c'), 'network', 6), ['fd00::1'])
})

test('several peers are one set, with neighbours joined', () => {
  assert.equal(words(peerAddresses([app('a'), app('b')], 'network', peerContext())), [
    '10.0.0.1-10.0.0.2',
  ])
  assert.equal(peerAddresses([], 'network', peerContext()), [])
})

test('nodes are told by name and label, and whose they are', () => {
  assert.equal(seen(hosts('any')), ['172.16.0.1-172.16.0.2'])
  assert.equal(seen(hosts('own')), ['172.16.0.1'])
  assert.equal(seen(hosts('other')), ['172.16.0.2'])
  assert.equal(seen(hosts('own', n2)), [])
  assert.equal(seen(hosts('any'), 'network', 6), ['fd01::1'])
})

test('at its own hooks the node is the other end, whatever address it uses', () => {
  assert.equal(seen(hosts('any'), 'own-host'), everything4)
  assert.equal(seen(hosts('own'), 'own-host'), everything4)
  assert.equal(seen(hosts('other'), 'own-host'), [])
  assert.equal(seen(hosts('any', n2), 'own-host'), [])
})

test('at its own hooks the other end is neither a pod nor outside', () => {
  assert.equal(seen(app('a'), 'own-host'), [])
  assert.equal(seen({ kind: 'external' }, 'own-host'), [])
  assert.equal(seen({ kind: 'not', of: app('a') }, 'own-host'), everything4)
  assert.equal(seen({ kind: 'not', of: hosts('any') }, 'own-host'), [])
})

test('outside is whatever no pod and no node has', () => {
  assert.equal(seen({ kind: 'external' }).slice(0, 3), [
    '0.0.0.0-10.0.0.0',
    '10.0.0.5-10.0.0.12',
    '10.0.0.14-172.16.0.0',
  ])
})

test('blocks are of one IP version, and read literally: pods and nodes in them are meant', () => {
  const one = block('10.0.0.0/30', '10.0.0.2/32')
  for (const view of ['network', 'own-host'] as const) {
    assert.equal(seen(one, view), ['10.0.0.0-10.0.0.1', '10.0.0.3'])
    assert.equal(seen(one, view, 6), [])
  }
})

test('a block with nothing left is nobody', () => {
  assert.equal(seen(block('10.0.0.0/31', '10.0.0.0/32', '10.0.0.1/32')), [])
  assert.equal(seen({ kind: 'not', of: block('0.0.0.0/0') }), [])
  assert.equal(seen({ kind: 'not', of: block('::/0') }), everything4)
})

test('and, or, and either of nothing', () => {
  const both = [app('a', 'b'), block('10.0.0.2/31')]
  assert.equal(seen({ kind: 'and', of: both }), ['10.0.0.2'])
  assert.equal(seen({ kind: 'or', of: both }), ['10.0.0.1-10.0.0.3'])
  assert.equal(seen({ kind: 'and', of: [] }), everything4)
  assert.equal(seen({ kind: 'or', of: [] }), [])
})

test.run()
