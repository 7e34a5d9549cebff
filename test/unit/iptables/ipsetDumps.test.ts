// ipset save → sets: every type, options of sets and elements, commands, and damage.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { holds } from '../../../src/algebra/interval.ts'
import { readSetDump, sayElement } from '../../support/iptablesDump.ts'

const test = suite('ipset dumps')

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`

/** The elements of a set of the type, as words. */
function elements(type: string, ...adds: readonly string[]): readonly string[] {
  const { sets, said } = readSetDump(
    lines(`create s ${type}`, ...adds.map((one) => `add s ${one}`)),
  )
  assert.equal(said, [], type)
  const set = sets.get('s')
  return set?.elements.map((element) => sayElement(element, set.family)) ?? []
}

test('sets of addresses and of blocks', () => {
  assert.equal(
    elements('hash:ip family inet hashsize 1024 maxelem 65536', '10.0.0.1', '10.0.0.4/30'),
    ['10.0.0.1', '10.0.0.4-10.0.0.7'],
  )
  assert.equal(elements('hash:net family inet', '10.0.0.0/8', '0.0.0.0/1', '10.0.0.1-10.0.0.3'), [
    '10.0.0.0-10.255.255.255',
    '0.0.0.0-127.255.255.255',
    '10.0.0.1-10.0.0.3',
  ])
  assert.equal(elements('hash:net family inet6', 'fd00::/127'), ['fd00::-fd00::1'])
  assert.equal(elements('bitmap:ip range 10.0.0.0-10.0.255.255', '10.0.0.1'), ['10.0.0.1'])
  assert.equal(elements('hash:ip netmask 24', '10.0.0.0'), ['10.0.0.0-10.0.0.255'])
  assert.equal(elements('hash:ip bitmask 255.0.255.0', '10.0.2.0'), [
    '<10.0.2.0 by a mask with gaps>',
  ])
  assert.equal(elements('hash:net,net', '10.0.0.0/31,10.1.0.1'), ['10.0.0.0-10.0.0.1 10.1.0.1'])
})

test('sets with protocols and ports', () => {
  assert.equal(
    elements(
      'hash:ip,port',
      '10.0.0.1,tcp:80',
      '10.0.0.1,udp:80-90',
      '10.0.0.1,53',
      '10.0.0.1,sctp:http',
    ),
    ['10.0.0.1 6 80', '10.0.0.1 17 80-90', '10.0.0.1 6 53', '10.0.0.1 132 80'],
  )
  assert.equal(elements('hash:ip,port', '10.0.0.1,icmp:echo-reply', '10.0.0.1,esp:0'), [
    '10.0.0.1 1 0/0',
    '10.0.0.1 50 0-65535',
  ])
  assert.equal(elements('hash:ip,port,net', '10.0.0.1,udp:53,10.1.0.0/31'), [
    '10.0.0.1 17 53 10.1.0.0-10.1.0.1',
  ])
  assert.equal(elements('hash:net,port', '10.0.0.0/31,tcp:0'), ['10.0.0.0-10.0.0.1 6 0'])
  assert.equal(elements('bitmap:port range 0-1024', '80', '81-82'), ['6,17 80', '6,17 81-82'])
})

test('sets with marks, interfaces and MAC addresses', () => {
  assert.equal(elements('hash:ip,mark', '10.0.0.1,0x10'), ['10.0.0.1 16'])
  assert.equal(elements('hash:ip,mark markmask 0xff', '10.0.0.1,0x10'), [
    '10.0.0.1 <mark 0x10 of the bits 255>',
  ])
  assert.equal(
    elements(
      'hash:net,iface',
      '10.0.0.0/31,eth0',
      '10.0.0.1,cali wildcard',
      '10.0.0.1,physdev:eth1 nomatch',
    ),
    ['10.0.0.0-10.0.0.1 eth0', '10.0.0.1 cali*', '!10.0.0.1 <physdev:eth1>'],
  )
  assert.equal(
    elements('bitmap:ip,mac range 10.0.0.0/24', '10.0.0.6,00:11:22:33:44:55', '10.0.0.5'),
    ['10.0.0.6 <00:11:22:33:44:55>', '10.0.0.5 <a MAC address that is not known yet>'],
  )
  assert.equal(elements('hash:mac', '00:11:22:33:44:55'), ['<00:11:22:33:44:55>'])
})

test('exceptions of sets of blocks are taken out: the narrowest block decides', () => {
  const blocks = [
    '10.0.0.0/8',
    '10.1.0.0/16 nomatch',
    '10.1.2.0/24',
    '10.1.2.128/25 nomatch',
    '10.1.2.200',
  ]
  const { sets } = readSetDump(lines('create s hash:net', ...blocks.map((one) => `add s ${one}`)))
  const all = sets.get('s')?.elements ?? []
  assert.is(sets.get('s')?.count, blocks.length)
  assert.ok(all.every(({ isException }) => !isException))
  const holders = (address: bigint): number =>
    all.filter(({ parts: [part] }) => part?.kind === 'numbers' && holds(part.set, address)).length
  const at = (text: string): bigint =>
    text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  assert.equal(
    [
      '10.0.0.0',
      '10.1.0.0',
      '10.1.2.0',
      '10.1.2.127',
      '10.1.2.128',
      '10.1.2.200',
      '10.2.0.0',
      '11.0.0.0',
    ].map((text) => holders(at(text))),
    [1, 0, 1, 1, 0, 1, 1, 0],
  )
})

test('of one block said twice the last decides', () => {
  assert.equal(elements('hash:net', '10.0.0.0/8', '10.0.0.0/8 nomatch -exist'), [])
})

test('families, capacities, and what is known', () => {
  const { sets } = readSetDump(
    lines(
      'create a hash:ip family inet6 maxelem 10 counters comment skbinfo forceadd bucketsize 12 initval 0x1',
      'add a fd00::1 packets 1 bytes 2 comment "a; \\" skbmark 0x1/0xff skbprio 1:10 skbqueue 3',
      'create b hash:net',
      'create c hash:ip timeout 600',
      'create d hash:ip timeout 0',
      'add d 10.0.0.1 timeout 0',
      'create e hash:ip timeout 0',
      'add e 10.0.0.1 timeout 5',
      'create f bitmap:port range 0-10',
      'create g hash:ip maxelem 0',
      'create h list:set size 8',
    ),
  )
  const said = [...sets.values()].map(({ family, capacity, isKnown }) => [
    family,
    capacity,
    isKnown,
  ])
  assert.equal(said, [
    [6, 10, true],
    [4, 65536, true],
    [4, 65536, false],
    [4, 65536, true],
    [4, 65536, false],
    [null, null, true],
    [4, null, true],
    [null, null, true],
  ])
})

test('lists of sets keep their order', () => {
  const { sets } = readSetDump(
    lines(
      'create a hash:ip',
      'create l list:set',
      'add l a',
      'add l b',
      'add l c before b',
      'add l d after a',
    ),
  )
  assert.equal(sets.get('l')?.members, ['a', 'd', 'c', 'b'])
  assert.is(sets.get('a')?.members, null)
})

test('commands of restore files', () => {
  const { sets, said } = readSetDump(
    lines(
      'create a hash:ip -exist',
      'add a 10.0.0.1 -exist',
      'add a 10.0.0.2',
      'del a 10.0.0.1',
      'create b hash:net',
      'add b 10.0.0.0/8',
      'swap a b',
      'create c hash:ip',
      'rename c d',
      'create e hash:ip',
      'destroy e',
      'create f hash:ip',
      'add f 10.0.0.1',
      'flush f',
      'COMMIT',
    ),
  )
  assert.equal(said, [])
  const found = [...sets].map(([name, { type, elements }]) => [name, type, elements.length])
  assert.equal(
    [...found].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    [
      ['a', 'hash:net', 1],
      ['b', 'hash:ip', 1],
      ['d', 'hash:ip', 0],
      ['f', 'hash:ip', 0],
    ],
  )
})

test('names of types from before version 5', () => {
  const { sets, said } = readSetDump(
    lines('-N s ipporthash --from 10.0.0.0 --to 10.0.0.255', '-A s 10.0.0.1,tcp:80'),
  )
  assert.equal(said, [])
  assert.is(sets.get('s')?.elements.length, 1)
})

test('damage is reported with its place, and the set is then not fully known', () => {
  const { sets, said, isPartial } = readSetDump(
    lines(
      'create s hash:ip',
      'add s 10.0.0.300',
      'add gone 10.0.0.1',
      'create t hash:ip colour red',
      'create u hash:strange',
      'add u anything',
      'garbage',
      'create',
      'add t',
    ).concat('add s 10.0.0.1'),
  )
  assert.equal(said, [
    'NP8005 10.0.0.300',
    'NP8001 gone',
    'NP8005 colour',
    'NP8005 red',
    'NP8004 hash:strange',
    'NP8001 garbage',
    'NP8001 create',
    'NP8001 add t',
    'NP8002 add s 10.0.0.1',
  ])
  assert.ok(isPartial)
  assert.equal(
    [...sets.values()].map(({ isKnown }) => isKnown),
    [false, false, false],
  )
})

test.run()
