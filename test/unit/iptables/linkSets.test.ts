// Matches by ipsets get the fields that the type of their set has.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { linkSets } from '../../../targets/iptables/reading/index.ts'
import { readDump, readSetDump, sayRule, tableWith } from '../../support/iptablesDump.ts'

const test = suite('iptables and ipset')

/** The rule when its sets are known. */
function linked(rule: string, sets: string, family: 4 | 6 = 4): string {
  const { tables } = linkSets(
    readDump(tableWith(rule), family).tables,
    readSetDump(`${sets}\n`).sets,
  )
  const [only] = tables[0]?.chains.get('own')?.rules ?? []
  return only === undefined ? '' : sayRule(only).replace(/ →.*/, '')
}

test('fields are parallel to the parts of the elements', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['hash:ip', 'src', 'address source'],
    ['hash:net', 'dst,src', 'address destination'],
    ['hash:ip,port', 'dst,dst', 'address destination,protocol,port destination'],
    ['hash:net,port', 'src,dst', 'address source,protocol,port destination'],
    [
      'hash:ip,port,net',
      'dst,dst,src',
      'address destination,protocol,port destination,address source',
    ],
    ['hash:net,net', 'src,dst', 'address source,address destination'],
    ['hash:net,iface', 'dst,src', 'address destination,interface in'],
    ['hash:ip,mark', 'src,src', 'address source,mark'],
    ['hash:ip,mac', 'src,src', 'address source,unknown'],
    ['hash:mac', 'src', 'unknown'],
    ['bitmap:ip', 'src', 'address source'],
    ['bitmap:port', 'dst', 'protocol,port destination'],
  ]
  for (const [type, flags, fields] of rows) {
    assert.is(linked(`-m set --match-set s ${flags}`, `create s ${type}`), `set s(${fields})`, type)
  }
})

test('a set that is not there keeps its flags, and of an unknown type nothing is known', () => {
  assert.is(linked('-m set --match-set x src,dst', ''), 'set x(address source,address destination)')
  assert.is(linked('-m set ! --match-set s src', 'create s hash:odd'), '!set s(address source)?')
})

test('with too few flags a set never matches', () => {
  assert.is(linked('-m set ! --match-set s src', 'create s hash:ip,port'), '!never')
})

test('lists of like sets stay one match; others become alternatives', () => {
  const like = 'create a hash:ip\ncreate b hash:net\ncreate l list:set\nadd l a\nadd l b'
  assert.is(linked('-m set --match-set l src', like), 'set l(address source)')
  const unlike = like.replace('hash:net', 'hash:ip,port')
  assert.is(
    linked('-m set ! --match-set l src,dst', unlike),
    '!(set a(address source) | set b(address source,protocol,port destination))',
  )
  const mixed = `${like.replace('hash:net', 'hash:net family inet6')}`
  assert.is(
    linked('-m set --match-set l src', mixed),
    '(set a(address source) | set b(address source))',
  )
})

test('linking twice changes nothing', () => {
  const { tables } = readDump(tableWith('-m set --match-set s dst,dst'), 4)
  const { sets } = readSetDump('create s hash:ip,port\n')
  const once = linkSets(tables, sets)
  assert.equal(linkSets(once.tables, once.sets).tables, once.tables)
})

test('sets that rules change are not fully known', () => {
  const { tables } = readDump(tableWith('-j SET --add-set s src'), 4)
  const { sets } = linkSets(tables, readSetDump('create s hash:ip\ncreate t hash:ip\n').sets)
  assert.equal([sets.get('s')?.isKnown, sets.get('t')?.isKnown], [false, true])
})

test.run()
