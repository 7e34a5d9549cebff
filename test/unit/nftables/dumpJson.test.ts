// What `nft -j` prints, as a neutral rule set: the same as its text, with places in the JSON.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeReporter } from '../../../src/diagnostics/diagnostic.ts'
import { makeSource } from '../../../src/source/source.ts'
import {
  looksLikeNftJson,
  type NftDump,
  readNftDump,
  readNftJson,
} from '../../../targets/nftables/reading/index.ts'

const test = suite('nftables JSON')

const table = { table: { family: 'inet', name: 't', handle: 1 } }
const chain = { chain: { family: 'inet', table: 't', name: 'c', handle: 1 } }
const rule = (...expr: readonly unknown[]): unknown => ({
  rule: { family: 'inet', table: 't', chain: 'c', handle: 2, expr },
})

const jsonOf = (...objects: readonly unknown[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { json_schema_version: 1 } }, table, ...objects] })

function read(text: string): NftDump & { readonly found: readonly string[] } {
  const reporter = makeReporter()
  const dump = readNftJson(makeSource('d.json', text), reporter)
  const found = reporter.diagnostics.map(({ code, labels: [label] }) => {
    const { start = 0, end = 0 } = label?.span ?? {}
    return `${code} ${text.slice(start, end)}`
  })
  return { ...dump, found }
}

function placeless(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => {
    if (key === 'at') return undefined
    if (one instanceof Map) return [...one]
    return typeof one === 'bigint' ? `${one}n` : one
  })
}

/** One rule in both notations is one value. */
function same(expr: readonly unknown[], line: string): void {
  const text = `table inet t {\nchain c {\n${line}\n}\n}\n`
  const written = readNftDump(makeSource('d', text), makeReporter())
  const json = read(jsonOf(chain, rule(...expr)))
  assert.not(json.isPartial)
  assert.is(placeless(json.tables), placeless(written.tables), line)
}

const payload = (protocol: string, field: string): unknown => ({ payload: { protocol, field } })
const match = (left: unknown, right: unknown, op = '=='): unknown => ({
  match: { op, left, right },
})

test('expressions of JSON are those of text', () => {
  const prefix = { prefix: { addr: '10.0.0.0', len: 8 } }
  same([match(payload('ip', 'saddr'), prefix, '!='), { drop: null }], 'ip saddr != 10.0.0.0/8 drop')
  const ports = { set: [80, { range: [90, 99] }] }
  same([match(payload('tcp', 'dport'), ports), { accept: null }], 'tcp dport { 80, 90-99 } accept')
  const masked = { '&': [payload('tcp', 'flags'), ['fin', 'syn']] }
  same([match(masked, 'syn')], 'tcp flags & (fin|syn) == syn')
  same([match({ ct: { key: 'state' } }, ['new', 'related'], 'in')], 'ct state new,related')
  same([match({ ct: { key: 'ip saddr', dir: 'original' } }, '::1')], 'ct original ip saddr ::1')
  same([match({ fib: { result: 'type', flags: ['daddr'] } }, 'local')], 'fib daddr type local')
  const route = { fib: { result: 'oif', flags: ['saddr', 'iif'] } }
  same([match(route, false), { drop: null }], 'fib saddr . iif oif missing drop')
  same([match({ payload: { base: 'th', offset: 16, len: 16 } }, 80)], '@th,16,16 80')
  same([match({ socket: { key: 'transparent' } }, 1)], 'socket transparent 1')
  const key = { concat: [payload('ip', 'saddr'), payload('tcp', 'dport')] }
  same([match(key, '@s', '!=')], 'ip saddr . tcp dport != @s')
})

test('statements of JSON are those of text', () => {
  const mark = { meta: { key: 'mark' } }
  same([{ mangle: { key: mark, value: { '|': [mark, 16] } } }], 'meta mark set mark or 0x10')
  const data = {
    set: [
      [80, { jump: { target: 'c' } }],
      ['*', { drop: null }],
    ],
  }
  same(
    [{ vmap: { key: payload('tcp', 'dport'), data } }],
    'tcp dport vmap { 80 : jump c, * : drop }',
  )
  same([{ limit: { rate: 5, burst: 9, per: 'minute' } }], 'limit rate 5/minute burst 9 packets')
  same(
    [{ counter: { packets: 1, bytes: 2 } }, { reject: null }],
    'counter packets 1 bytes 2 reject',
  )
  same([{ dnat: { family: 'ip6', addr: 'fd00::1', port: 80 } }], 'dnat ip6 to [fd00::1]:80')
  const map = {
    map: { key: { numgen: { mode: 'inc', mod: 1, offset: 0 } }, data: { set: [[0, '::1']] } },
  }
  same([{ dnat: { family: 'ip6', addr: map } }], 'dnat ip6 to numgen inc mod 1 map { 0 : ::1 }')
  same([{ queue: { num: 5, flags: ['bypass'] } }], 'queue num 5 bypass')
  same([{ flow: { op: 'add', flowtable: '@ft' } }], 'flow add @ft')
  same([{ xt: { type: 'target', name: 'TCPMSS' } }], 'xt target TCPMSS')
})

test('what is not known is kept as it is, compact', () => {
  const { tables, isPartial, found } = read(
    jsonOf(chain, rule({ frob: { a: [1] } }, { drop: null })),
  )
  assert.not(isPartial)
  assert.equal(found, ['NP8004 {"frob":{"a":[1]}}'])
  const [first] = tables[0]?.chains.get('c')?.rules ?? []
  const [action] = first?.actions ?? []
  assert.is(action?.kind === 'unknown' && action.text, '{"frob":{"a":[1]}}')
})

test('places are those of objects in the text', () => {
  const set = {
    set: {
      family: 'inet',
      table: 't',
      name: 's',
      type: 'ipv4_addr',
      elem: ['10.0.0.1', '10.0.0.2'],
    },
  }
  const text = jsonOf(set, chain, rule(match(payload('tcp', 'dport'), 80), { accept: null }))
  const own = read(text).tables[0]
  const at = (place: { readonly start: number; readonly end: number } | undefined): unknown =>
    JSON.parse(text.slice(place?.start, place?.end))
  const first = own?.chains.get('c')?.rules[0]
  assert.is((at(first?.at) as { readonly chain: string }).chain, 'c')
  assert.equal(at(first?.matches[1]?.at), match(payload('tcp', 'dport'), 80))
  assert.equal(at(first?.actions[0]?.at), { accept: null })
  assert.equal(
    own?.sets.get('s')?.elements.map((one) => at(one.at)),
    ['10.0.0.1', '10.0.0.2'],
  )
})

test('numbers of 64 bits keep their digits', () => {
  const text = jsonOf(chain, rule({ counter: { packets: 1, bytes: 'N' } })).replace(
    '"N"',
    '9007199254740993',
  )
  const [first] = read(text).tables[0]?.chains.get('c')?.rules ?? []
  assert.is(first?.counters?.bytes, 9007199254740993n)
})

test('warnings between the lines are passed over', () => {
  const text = `# Warning: table ip filter is managed by iptables-nft, do not touch!\n${jsonOf(chain)}\n`
  assert.ok(looksLikeNftJson(text))
  assert.equal(read(text).found, [])
})

test('cut off, what was whole is kept', () => {
  const text = jsonOf(chain, rule({ accept: null }), rule({ drop: null }))
  const cut = text.slice(0, text.lastIndexOf('drop'))
  const { tables, isPartial, found } = read(cut)
  assert.ok(isPartial)
  assert.is(found.length, 1)
  assert.ok(found[0]?.startsWith('NP8002 {"rule"'), found[0])
  assert.is(tables[0]?.chains.get('c')?.rules.length, 1)
  for (let length = 0; length < text.length; length += 1) read(text.slice(0, length))
})

test('garbage is told at its place, and the rest is read', () => {
  const { tables, isPartial, found } = read(
    `{"nftables": [{"table": {"family": "inet", "name": "t"}}, {"rule": {"x": }}, 7, {"frob": {}},
     {"chain": {"family": "inet", "table": "t", "name": "c"}}]}`,
  )
  assert.ok(isPartial)
  assert.equal(found, ['NP8001 {"rule": {"x": }}', 'NP8001 7', 'NP8001 {"frob": {}}'])
  assert.ok(tables[0]?.chains.has('c'))
  assert.equal(read('{"a": 1} x').found, ['NP8001 {"a": 1}', 'NP8001 x'])
})

test('tables of other families are passed over, and told', () => {
  const arp = { table: { family: 'arp', name: 'a', handle: 1 } }
  const inArp = {
    chain: { family: 'arp', table: 'a', name: 'c', type: 'filter', hook: 'input', prio: 0 },
  }
  const { found, isPartial, tables } = read(jsonOf(arp, inArp))
  assert.not(isPartial)
  assert.equal(found, [`NP8006 ${JSON.stringify(arp.table)}`])
  assert.is(tables.length, 1)
})

test.run()
