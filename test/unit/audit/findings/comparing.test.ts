// Findings about rules of one chain beside each other: for each the smallest chain that has it, and the
// nearest one that has it not.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { find, knowing, told } from './building.ts'

const test = suite('findings of rules beside each other')

/** The codes found in rules of INPUT (and of chain X), with the rules that they are about. */
function codes(...rules: readonly string[]): readonly string[] {
  return foundIn(rules).map(({ code, labels: [label] }) => {
    const { source, start = 0, end = 0 } = label?.span ?? {}
    return `${code} ${source?.text.slice(start, end) ?? ''}`
  })
}

function foundIn(rules: readonly string[]): ReturnType<typeof find> {
  const v4 = ['*filter', ':INPUT DROP [0:0]', ':X - [0:0]', ...rules, 'COMMIT'].join('\n')
  return find({ v4 }, 'NP8101', 'NP8102', 'NP8103', 'NP8104', 'NP8105')
}

const [web, all] = [
  '-A INPUT -p tcp --dport 80 -j ACCEPT',
  '-A INPUT -p tcp --dport 1:100 -j ACCEPT',
]
const dropWeb = '-A INPUT -p tcp --dport 80 -j DROP'

test('NP8101: earlier rules decide otherwise', () => {
  assert.equal(told(foundIn([all, dropWeb])), [
    [
      'chain INPUT, rule 2, is shadowed: rule 1 of the chain decides about all its packets before',
      dropWeb,
      all,
    ],
  ])
})

test('NP8101: several rules together leave nothing', () => {
  const halves = ['-A INPUT -s 10.0.0.0/9 -j ACCEPT', '-A INPUT -s 10.128.0.0/9 -j ACCEPT']
  assert.equal(codes(...halves, '-A INPUT -s 10.0.0.0/8 -j DROP'), [
    'NP8101 -A INPUT -s 10.0.0.0/8 -j DROP',
  ])
  const gap = ['-A INPUT -s 10.0.0.0/9 -j ACCEPT', '-A INPUT -s 10.192.0.0/10 -j ACCEPT']
  assert.not(
    codes(...gap, '-A INPUT -s 10.0.0.0/8 -j DROP')
      .join()
      .includes('NP8101'),
  )
})

test('NP8101: by states, rules for new packets do not cover those for known connections', () => {
  const fresh = '-A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW -j ACCEPT'
  assert.equal(codes(fresh, `${dropWeb.replace(' -j', ' -m conntrack --ctstate NEW -j')}`), [
    'NP8101 -A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW -j DROP',
  ])
  assert.not(codes(fresh, dropWeb).join().includes('NP8101'))
})

test('NP8101: what is not modelled covers nothing for certain, but the same test once more', () => {
  const mac = '-A INPUT -m mac --mac-source 02:00:00:00:00:01 -j'
  assert.equal(codes(`${mac} ACCEPT`, `${mac} DROP`), [`NP8101 ${mac} DROP`])
  const other = mac.replace(':01', ':02')
  assert.equal(codes(`${mac} ACCEPT`, `${other} ACCEPT`), [])
  const limit = '-A INPUT -m limit --limit 5/min -j'
  assert.equal(codes(`${limit} ACCEPT`, `${limit} LOG`), [])
  assert.equal(
    codes('-A INPUT -p tcp -m limit --limit 5/min -j ACCEPT', '-A INPUT -p tcp -j LOG'),
    [],
  )
})

test('NP8101: a mark that was written since is another one', () => {
  const asking = '-A INPUT -m mark --mark 0x1/0x1 -j'
  assert.equal(codes(`${asking} ACCEPT`, `${asking} LOG`), [`NP8101 ${asking} LOG`])
  const writing = '-A INPUT -p tcp -j MARK --set-xmark 0x1/0x1'
  assert.equal(codes(`${asking} ACCEPT`, writing, `${asking} LOG`), [])
  const calling = ['-A INPUT -p tcp -j X', `${writing.replace('INPUT', 'X')}`]
  assert.equal(codes(`${asking} ACCEPT`, ...calling, `${asking} LOG`), [])
})

test('NP8101: a jump covers only where its chain lets nothing back', () => {
  const jump = '-A INPUT -p tcp -j X'
  assert.equal(codes(jump, '-A INPUT -p tcp --dport 80 -j LOG', '-A X -s 10.0.0.1 -j DROP'), [])
  assert.equal(codes(jump, '-A INPUT -p tcp --dport 80 -j LOG', '-A X -j LOG', '-A X -j DROP'), [
    'NP8101 -A INPUT -p tcp --dport 80 -j LOG',
  ])
})

test('NP8102: earlier rules do the same', () => {
  assert.equal(codes(all, web), [`NP8102 ${web}`])
})

test('NP8102: later rules do the same, with nothing between that does not', () => {
  assert.equal(told(foundIn([web, '-A INPUT -s 10.0.0.0/8 -j LOG', all])).length, 0)
  assert.equal(told(foundIn([web, '-A INPUT -p udp -j LOG', all])), [
    [
      'chain INPUT, rule 1, is redundant: rule 3 behind it does the same with its packets',
      web,
      all,
    ],
  ])
  assert.equal(
    codes(web, '-A INPUT -s 10.0.0.0/8 -j DROP', all).filter((one) => one.includes('NP8102')),
    [],
  )
})

test('NP8102: the policy does the same, but for a rule that says the default', () => {
  assert.equal(told(foundIn([dropWeb])), [
    [
      'chain INPUT, rule 1, is redundant: the policy of the chain does the same with its packets',
      dropWeb,
    ],
  ])
  assert.equal(codes('-A INPUT -j DROP'), [])
})

test('NP8103 and NP8104: exceptions, and rules that meet half way', () => {
  assert.equal(codes(dropWeb, all), [`NP8103 ${all}`])
  const source = '-A INPUT -s 10.0.0.0/8 -j ACCEPT'
  assert.equal(codes(dropWeb, source), [`NP8104 ${source}`])
  assert.equal(
    codes('-A INPUT -p udp --dport 80 -j DROP', all).filter((one) => /810[34]/.test(one)),
    [],
  )
})

test('NP8103: not for the default', () => {
  assert.equal(codes(web, '-A INPUT -j DROP'), [])
})

test('NP8105: matches that exclude each other, the fewest of them', () => {
  const rule = '-A INPUT -s 10.0.0.0/8 -p tcp ! -p tcp -j ACCEPT'
  assert.equal(told(foundIn([rule])), [
    [
      'chain INPUT, rule 1, can never match: "-p tcp" and "! -p tcp" exclude each other',
      '-p tcp',
      '! -p tcp',
    ],
  ])
})

test('NP8105: what comes to a chain', () => {
  const never = '-A X -p tcp -j ACCEPT'
  assert.equal(told(foundIn(['-A INPUT -p udp -j X', never])), [
    [
      'chain X, rule 1, can never match: packets that come to chain X do not have "-p tcp"',
      '-p tcp',
      '-A INPUT -p udp -j X',
    ],
  ])
  assert.equal(codes('-A INPUT -p udp -j X', '-A INPUT -s 10.0.0.1 -j X', never), [])
})

test('NP8105: at a hook that knows no such interface', () => {
  assert.equal(codes('-A INPUT -o eth0 -j ACCEPT'), ['NP8105 -o eth0'])
})

test('NP8105: only a note where a generator wrote the chain', () => {
  const v4 =
    '*filter\n:INPUT DROP [0:0]\n:X - [0:0]\n-A INPUT -p udp -j X\n-A X -p tcp -j DROP\nCOMMIT'
  assert.is(find({ v4 }, 'NP8105')[0]?.severity, 'warning')
  assert.is(find({ v4, recognition: knowing({ X: 'Docker' }) }, 'NP8105')[0]?.severity, 'note')
})

test('NP8105: not for packets that are rare', () => {
  const rare = [
    '-f',
    '-p tcp --tcp-flags FIN,SYN FIN,SYN',
    '-p tcp ! --tcp-flags SYN,ACK SYN -m conntrack --ctstate NEW',
    '-p tcp --dport 0',
  ]
  for (const match of rare) assert.equal(codes(`-A INPUT ${match} -j ACCEPT`), [], match)
})

test('NP8124: a chain that takes too long is given up, and the others are not', () => {
  const rules = Array.from(
    { length: 40 },
    (_, at) => `-A INPUT -s 10.0.${at}.0/24 -p tcp --dport ${at + 1} -j ACCEPT`,
  )
  const v4 = ['*filter', ':INPUT DROP [0:0]', ...rules, 'COMMIT'].join('\n')
  assert.equal(
    find({ v4, budget: 50 }, 'NP8124').map(({ message }) => message),
    [
      'the 40 rules of chain INPUT of table filter (IPv4) were not all compared with each other: that takes too long',
    ],
  )
  assert.equal(find({ v4 }, 'NP8124'), [])
})

test('many findings of one kind in a chain are counted', () => {
  const rules = Array.from({ length: 30 }, (_, at) => `-A INPUT -s 10.0.${at}.0/24 -j DROP`)
  const found = foundIn(rules)
  assert.is(found.length, 21)
  assert.is(found.at(-1)?.message, 'the same is true of 10 further rules of chain INPUT')
})

test.run()
