// Findings that chains, jumps and sets show by themselves: for each the smallest dump that has it, and
// the nearest one that has it not.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { find, type Given, knowing, told } from './building.ts'

const test = suite('findings of structure')

/** A table `filter` with these chains of its own and these rules. */
function filter(chains: readonly string[], ...rules: readonly string[]): string {
  const declared = chains.map((name) => `:${name} - [0:0]`)
  return [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ...declared,
    ...rules,
    'COMMIT',
  ].join('\n')
}

function tellsOf(given: Given, code: string): readonly (readonly string[])[] {
  return told(find(given, code))
}

test('NP8106: rules behind one that decides about every packet', () => {
  const v4 = filter([], '-A INPUT -j DROP', '-A INPUT -p tcp -j ACCEPT', '-A INPUT -j ACCEPT')
  assert.equal(tellsOf({ v4 }, 'NP8106'), [
    [
      'chain INPUT, rule 2, and all behind it are never reached: chain INPUT, rule 1, drops every packet',
      '-A INPUT -p tcp -j ACCEPT',
      '-A INPUT -j DROP',
    ],
  ])
  const last = filter([], '-A INPUT -p tcp -j ACCEPT', '-A INPUT -j DROP')
  assert.equal(tellsOf({ v4: last }, 'NP8106'), [])
})

test('NP8106: a jump is passed by where its chain can return, a goto never is', () => {
  const behind = ['-A INPUT -p tcp -j ACCEPT']
  const returning = filter(['X'], '-A INPUT -j X', ...behind, '-A X -p tcp -j DROP')
  assert.equal(tellsOf({ v4: returning }, 'NP8106'), [])
  const ending = filter(['X'], '-A INPUT -j X', ...behind, '-A X -p tcp -j DROP', '-A X -j ACCEPT')
  assert.equal(tellsOf({ v4: ending }, 'NP8106').length, 1)
  const going = filter(['X'], '-A INPUT -g X', ...behind, '-A X -p tcp -j DROP')
  assert.equal(tellsOf({ v4: going }, 'NP8106').length, 1)
  const unknown = filter([], '-A INPUT -j NFQUEUE', ...behind)
  assert.equal(tellsOf({ v4: unknown }, 'NP8106'), [])
  const logging = filter([], '-A INPUT -j LOG', ...behind)
  assert.equal(tellsOf({ v4: logging }, 'NP8106'), [])
})

test('NP8107: chains that nothing jumps to, or only what is not reached itself', () => {
  const v4 = filter(
    ['A', 'B', 'C'],
    '-A INPUT -j C',
    '-A A -j B',
    '-A B -j DROP',
    '-A C -p tcp -j DROP',
  )
  assert.equal(tellsOf({ v4 }, 'NP8107'), [
    ['chain A of table filter (IPv4) is never reached: no rule jumps to it', ':A - [0:0]'],
    [
      'chain B of table filter (IPv4) is never reached: the rules that jump to it are not reached themselves',
      ':B - [0:0]',
      '-A A -j B',
    ],
  ])
})

test('NP8107: a chain behind a rule that decides about every packet is not reached', () => {
  const v4 = filter(['A'], '-A INPUT -j DROP', '-A INPUT -j A', '-A A -p tcp -j DROP')
  assert.is(tellsOf({ v4 }, 'NP8107').length, 1)
})

test('NP8107: chains of a generator are summed up', () => {
  const v4 = filter(['KUBE-A', 'KUBE-B', 'KUBE-PROXY-CANARY'])
  const recognition = knowing({ 'KUBE-A': 'kube-proxy', 'KUBE-B': 'kube-proxy' })
  assert.equal(
    tellsOf({ v4, recognition }, 'NP8107').map(([message]) => message),
    [
      '2 chains of kube-proxy in table filter (IPv4) are never reached: KUBE-A and KUBE-B',
      '1 chain of Kubernetes in table filter (IPv4) is never reached: KUBE-PROXY-CANARY',
    ],
  )
})

test('NP8108: jumps to chains that are not there', () => {
  const v4 = filter(['X'], '-A INPUT -j X', '-A INPUT -p tcp -g gone', '-A FORWARD -j gone')
  assert.equal(tellsOf({ v4 }, 'NP8108'), [
    [
      'chain INPUT, rule 2, jumps to "gone", but table filter (IPv4) has no such chain',
      '-g gone',
      '-A FORWARD -j gone',
    ],
  ])
})

test('NP8109: jumps to chains without rules', () => {
  const v4 = filter(['X', 'Y'], '-A INPUT -j X', '-A INPUT -j Y', '-A Y -p tcp -j DROP')
  assert.equal(tellsOf({ v4 }, 'NP8109'), [
    ['chain INPUT, rule 1, jumps to chain X, which has no rules', '-j X', ':X - [0:0]'],
  ])
  const recognition = knowing({ X: 'Docker' })
  assert.equal(tellsOf({ v4, recognition }, 'NP8109'), [
    ['rules jump to 1 chain of Docker without rules in table filter (IPv4): X', '-j X'],
  ])
})

test('NP8110: circles, with every jump on the way', () => {
  const v4 = filter(['A', 'B'], '-A INPUT -j A', '-A A -p tcp -j B', '-A B -p udp -g A')
  assert.equal(tellsOf({ v4 }, 'NP8110'), [
    [
      'chains of table filter (IPv4) jump in a circle: A → B → A',
      '-A A -p tcp -j B',
      '-A B -p udp -g A',
    ],
  ])
  const twice = filter(
    ['A', 'B'],
    '-A INPUT -j A',
    '-A A -j B',
    '-A INPUT -j B',
    '-A B -p tcp -j DROP',
  )
  assert.equal(tellsOf({ v4: twice }, 'NP8110'), [])
})

test('NP8110: very deep chains are walked', () => {
  const names = Array.from({ length: 3_000 }, (_, at) => `C${at}`)
  const jumps = names.slice(1).map((name, at) => `-A C${at} -j ${name}`)
  const v4 = filter(names, '-A INPUT -j C0', ...jumps, '-A C2999 -j C5')
  assert.is(find({ v4, budget: 100 }, 'NP8110').length, 1)
})

test('NP8111: sets that are not there, where a dump of sets was given', () => {
  const v4 = filter(
    [],
    '-A INPUT -m set --match-set x src -j DROP',
    '-A INPUT -m set ! --match-set y src -j DROP',
  )
  assert.equal(tellsOf({ v4, sets: { x: ['10.0.0.1'] } }, 'NP8111'), [
    ['chain INPUT, rule 2, names set "y", which is not in the dump of sets', '! --match-set y src'],
  ])
  assert.equal(tellsOf({ v4 }, 'NP8111'), [])
})

test('NP8112: sets that no rule asks, where the rules of their IP version are there', () => {
  const v4 = filter([], '-A INPUT -m set --match-set x src -j DROP')
  const sets = { x: ['10.0.0.1'], y: ['10.0.0.2'], 'cali-z': [], 'cali-w': [] }
  assert.equal(
    find({ v4, sets, recognition: knowing({ cali: 'Calico' }) }, 'NP8112').map(
      ({ message }) => message,
    ),
    [
      'set y is not used by any rule',
      '2 sets of Calico are not used by any rule: cali-z and cali-w',
    ],
  )
  assert.equal(find({ v6: v4.replace(/-A.*/, ''), sets }, 'NP8112'), [])
})

test('NP8113: rules that ask for members of an empty set; asking for others is no fault', () => {
  const v4 = filter(
    [],
    '-A INPUT -m set --match-set x src -j DROP',
    '-A INPUT -m set ! --match-set y src -j DROP',
  )
  assert.equal(tellsOf({ v4, sets: { x: [], y: [] } }, 'NP8113'), [
    [
      'chain INPUT, rule 1, asks for members of set x, which has none: it matches nothing',
      '--match-set x src',
      'create x hash:net',
    ],
  ])
  // Told once: not as a rule that can never match, too.
  assert.equal(find({ v4, sets: { x: [], y: [] } }, 'NP8105'), [])
})

test('NP8120: sets that are nearly full', () => {
  const v4 = filter([], '-A INPUT -m set --match-set x src -j DROP')
  const held = Array.from({ length: 9 }, (_, at) => `10.0.0.${at}`)
  assert.equal(
    find({ v4, sets: { x: held }, capacity: 10 }, 'NP8120').map(({ message }) => message),
    ['set x holds 9 of at most 10 elements'],
  )
  assert.equal(find({ v4, sets: { x: held }, capacity: 11 }, 'NP8120'), [])
})

test.run()
