// Traffic in numbers: names of ports become the numbers that each destination gives them.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Family } from '../../../src/algebra/address.ts'
import { isNothing, kindsOf, namesIn, regionsOf } from '../../../src/firewall/regions.ts'
import type { Traffic } from '../../../src/ir/types.ts'
import { cluster, words } from './building.ts'

const test = suite('regions')

const tcp = (ports: Extract<Traffic, { kind: 'ports' }>['ports']): Traffic => ({
  kind: 'ports',
  protocol: 'TCP',
  ports,
})
const http = tcp({ kind: 'named', name: 'http' })
const range = (from: number, to: number): Traffic => tcp({ kind: 'range', from, to })

/** Destinations and the ports of TCP there; `anywhere` for a region of all. */
function regions(traffic: readonly Traffic[], family: Family = 4): readonly (readonly string[])[] {
  return regionsOf(kindsOf(traffic, family), cluster.pods, family).map(
    ({ destinations, numbers }) => [
      destinations === null ? 'anywhere' : words(destinations, family).join(' '),
      ...numbers.ports.TCP.map(({ from, to }) => `${from}-${to}`),
    ],
  )
}

test('without names there is one region, and none for no traffic', () => {
  assert.equal(regions([range(80, 81), range(82, 90)]), [['anywhere', '80-90']])
  assert.equal(regions([]), [])
  assert.equal(regions([{ kind: 'not', of: { kind: 'all' } }]), [])
})

test('a name is a region for each number that it has', () => {
  assert.equal(regions([http]), [
    ['10.0.0.1', '8080-8080'],
    ['10.0.0.2', '9090-9090'],
    ['10.0.0.3 10.0.0.13', '80-80'],
  ])
  assert.equal(regions([http], 6), [['fd00::1', '8080-8080']])
})

test('beside numbers, destinations without the name have those alone', () => {
  const own = regions([http, range(80, 80)])
  assert.equal(own.slice(0, 3), [
    ['10.0.0.1', '80-80', '8080-8080'],
    ['10.0.0.2', '80-80', '9090-9090'],
    ['10.0.0.3 10.0.0.13', '80-80'],
  ])
  const [rest = [], ...more] = own.slice(3)
  assert.equal([rest[1], more], ['80-80', []])
  assert.ok(rest[0]?.startsWith('0.0.0.0-10.0.0.0 10.0.0.4-10.0.0.12 '), rest[0])
})

test('all ports but a name: it is cut out where it has a number, and nothing is elsewhere', () => {
  const but: Traffic = {
    kind: 'and',
    of: [tcp({ kind: 'all' }), { kind: 'not', of: http }],
  }
  const own = regions([but])
  assert.equal(own[0], ['10.0.0.1', '1-8079', '8081-65535'])
  assert.equal(own.at(-1)?.[1], '1-65535')
})

test('a name and not that name is no traffic', () => {
  assert.equal(regions([{ kind: 'and', of: [http, { kind: 'not', of: http }] }]), [])
})

test('a name of another protocol is another name', () => {
  const udp: Traffic = { kind: 'ports', protocol: 'UDP', ports: { kind: 'named', name: 'http' } }
  assert.equal(namesIn(kindsOf([http, udp, http], 4)), [
    { protocol: 'TCP', name: 'http' },
    { protocol: 'UDP', name: 'http' },
  ])
  assert.equal(regionsOf(kindsOf([udp], 4), cluster.pods, 4), [])
})

test("the other IP version's ICMP is a protocol like any other", () => {
  const others = (traffic: Traffic, family: Family): readonly bigint[] =>
    kindsOf([traffic], family).others.flatMap(({ from, to }) => [from, to])
  const icmp4: Traffic = { kind: 'icmp', family: 4, type: null, code: null }
  assert.equal(others(icmp4, 6), [])
  assert.equal(others({ kind: 'protocols', from: 1, to: 1 }, 6), [1n, 1n])
  assert.equal(others({ kind: 'protocols', from: 1, to: 1 }, 4), [])
  assert.equal(others({ kind: 'protocols', from: 57, to: 59 }, 4), [57n, 59n])
  assert.ok(!isNothing(numbers({ kind: 'protocols', from: 1, to: 1 }, 4)))
})

test('ICMP of one IP version is nothing over the other', () => {
  const icmp: Traffic = { kind: 'icmp', family: 6, type: 128, code: null }
  assert.is(regionsOf(kindsOf([icmp], 4), [], 4).length, 0)
  assert.is(numbers(icmp, 6).icmp.length, 1)
})

test.run()

function numbers(traffic: Traffic, family: Family): Parameters<typeof isNothing>[0] {
  const [region] = regionsOf(kindsOf([traffic], family), [], family)
  if (region === undefined) throw new Error('no traffic')
  return region.numbers
}
