// What `ip route show` prints, and which addresses are behind which interface.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Family, printCidr, toCidrs } from '../../../src/algebra/address.ts'
import {
  addressesBehind,
  interfacesOf,
  type Routes,
  readRoutes,
} from '../../../src/audit/routes.ts'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource } from '../../../src/source/source.ts'
import { summary } from '../../support/diagnose.ts'

const test = suite('routes')

function read(text: string): Routes {
  const reporter = makeReporter()
  const routes = readRoutes(makeSource('routes', text), reporter)
  assert.equal(summary(reporter.diagnostics), [])
  return routes
}

function behind(routes: Routes, name: string, family: Family = 4): string {
  return toCidrs(family, addressesBehind(routes, name, family))
    .map(printCidr)
    .join(' ')
}

test('the most exact route of an address says where it is', () => {
  const routes = read(`default via 192.0.2.1 dev eth0 proto dhcp metric 100
10.0.0.0/8 dev lan0 proto kernel scope link src 10.0.0.1
10.1.0.0/16 via 10.0.0.7 dev tun0 onlink
blackhole 10.2.0.0/16 proto bird
10.2.0.5 dev cali1 scope link
local 10.0.0.1 dev lan0 table local proto kernel scope host
broadcast 10.255.255.255 dev lan0 table local
`)
  assert.equal(interfacesOf(routes), ['eth0', 'lan0', 'tun0', 'cali1'])
  assert.is(behind(routes, 'tun0'), '10.1.0.0/16')
  assert.is(behind(routes, 'cali1'), '10.2.0.5/32')
  assert.is(
    behind(routes, 'lan0'),
    '10.0.0.0/16 10.3.0.0/16 10.4.0.0/14 10.8.0.0/13 10.16.0.0/12 10.32.0.0/11 10.64.0.0/10 10.128.0.0/9',
  )
  assert.is(behind(routes, 'eth0').split(' ')[0], '0.0.0.0/5')
})

test('several ways, of one line or of more, are all taken', () => {
  const lines = `10.0.0.0/8 proto static
	nexthop via 192.0.2.1 dev eth0 weight 1
	nexthop via 198.51.100.1 dev eth1 weight 1
`
  for (const text of [lines, lines.replaceAll('\n\t', '\\\t')]) {
    const routes = read(text)
    assert.is(behind(routes, 'eth0'), '10.0.0.0/8')
    assert.is(behind(routes, 'eth1'), '10.0.0.0/8')
  }
})

test('IPv6 is known by its addresses, and a bare default by the lines beside it', () => {
  const routes = read(`2001:db8::/32 dev eth0 proto kernel metric 256 pref medium
unreachable 2001:db8:1::/48 dev lo metric 1024 pref medium
default dev tun0
`)
  assert.is(behind(routes, 'tun0', 4), '')
  assert.is(behind(routes, 'tun0', 6).split(' ').includes('2001:db8::/32'), false)
  assert.is(behind(routes, 'eth0', 6).includes('2001:db8:1::/48'), false)
})

test('a line that is no route is told, and the rest is read', () => {
  const reporter = makeReporter()
  const text = 'Error: argument\n10.0.0.0/8 dev eth0\n10.0.0.0/8 proto static\n'
  const { routes } = readRoutes(makeSource('routes', text), reporter)
  assert.is(routes.length, 1)
  assert.equal(summary(reporter.diagnostics), [
    'NP8001 1:1 Error: argument: "Error: argument" is not a route',
    'NP8001 3:1 10.0.0.0/8 proto static: "10.0.0.0/8 proto static" is not a route',
  ])
})

test.run()
