// What targets of rules do, extension by extension.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { targetExtensions } from '../../../targets/iptables/reading/targets/index.ts'
import { readDump, ruleWords, tableWith } from '../../support/iptablesDump.ts'

const test = suite('iptables targets')

type Rows = readonly (readonly [rule: string, words: string])[]

function does(rows: Rows, table = 'filter', family: 4 | 6 = 4): void {
  for (const [rule, words] of rows) assert.is(ruleWords(rule, table, family), `→ ${words}`, rule)
}

test('verdicts, jumps, and rules that only count', () => {
  does([
    ['-j ACCEPT', 'accept'],
    ['-j DROP', 'DROP'],
    ['-j RETURN', 'return'],
    ['-j REJECT', 'REJECT with icmp-port-unreachable'],
    ['-j REJECT --reject-with tcp-rst', 'REJECT with tcp-reset'],
    ['-j other', 'jump other'],
    ['-g other', 'goto other'],
    ['--jump TARPIT --tarpit', 'TARPIT'],
    ['-j other -m comment --comment x', 'jump other // x'],
  ])
  does([['-j REJECT', 'REJECT with icmp6-port-unreachable']], 'filter', 6)
  assert.is(ruleWords('-s 10.0.0.1'), 'source 10.0.0.1 →')
})

test('marks of packets', () =>
  does(
    [
      ['-j MARK --set-xmark 0x1/0xf', 'packet mark &~f ^1'],
      ['-j MARK --set-mark 0x10/0xf', 'packet mark &~1f ^10'],
      ['-j MARK --set-mark 1', 'packet mark &~ffffffff ^1'],
      ['-j MARK --and-mark 0xff', 'packet mark &~ffffff00 ^0'],
      ['-j MARK --or-mark 4', 'packet mark &~4 ^4'],
      ['-j MARK --xor-mark 4', 'packet mark &~0 ^4'],
      ['-j HMARK --hmark-tuple src --hmark-mod 3', 'packet mark ?ffffffff'],
      ['-j SET --map-set x src --map-mark', 'packet mark ?ffffffff'],
      [
        '-j TPROXY --on-port 80 --tproxy-mark 1/1',
        'packet mark &~1 ^1, <TPROXY --on-port 80 --tproxy-mark 1/1>!',
      ],
    ],
    'mangle',
  ))

test('marks of connections', () =>
  does([
    ['-j CONNMARK --set-xmark 1/3', 'connection mark &~3 ^1'],
    ['-j CONNMARK --save-mark', 'connection mark &~ffffffff ^other&ffffffff'],
    ['-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf0', 'connection mark &~f0 ^other&ff'],
    ['-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0', 'packet mark &~ff ^other&f0'],
    ['-j CONNMARK --restore-mark --mask 0xf', 'packet mark &~f ^other&f'],
    ['-j CONNMARK --save-mark --left-shift-mark 3', 'connection mark ?ffffffff'],
  ]))

test('a match that gives the mark of the socket does so before the target', () => {
  const words = ruleWords('-m socket --restore-skmark -j ACCEPT', 'mangle')
  assert.is(words, '<socket --restore-skmark>~ → packet mark ?ffffffff, accept')
})

test('translation of addresses', () => {
  does(
    [
      ['-j DNAT --to-destination 10.0.0.1:80', 'dnat 10.0.0.1:80'],
      ['-j DNAT --to-destination 10.0.0.1-10.0.0.5:80-90 --random', 'dnat 10.0.0.1-10.0.0.5:80-90'],
      ['-j DNAT --to-destination :80-90/85', 'dnat :80-90'],
      ['-j DNAT --to-destination 10.0.0.1 --to-destination 10.0.0.9', 'dnat 10.0.0.1,10.0.0.9'],
      ['-j DNAT --to-dest 10.0.0.1', 'dnat 10.0.0.1'],
      ['-j DNAT', 'dnat ?'],
      ['-j REDIRECT --to-ports 8080', 'redirect 8080'],
      ['-j REDIRECT', 'redirect'],
      ['-j NETMAP --to 10.1.0.0/24', 'dnat 10.1.0.0-10.1.0.255'],
      ['-j SNAT --to-source 10.0.0.1', 'snat'],
      ['-j MASQUERADE --random-fully', 'snat'],
    ],
    'nat',
  )
  does(
    [
      ['-j DNAT --to-destination [fd00::1]:80', 'dnat fd00::1:80'],
      ['-j DNAT --to-destination fd00::1', 'dnat fd00::1'],
      ['-j DNAT --to-destination [fd00::1-fd00::5]:80', 'dnat fd00::1-fd00::5:80'],
      ['-j DNAT --to-destination :80', 'dnat :80'],
    ],
    'nat',
    6,
  )
})

test('NETMAP behind the routing is of sources', () => {
  const { tables } = readDump('*nat\n-A POSTROUTING -j NETMAP --to 10.1.0.0/24\nCOMMIT\n')
  const rules = tables[0]?.chains.get('POSTROUTING')?.rules ?? []
  assert.equal(
    rules.map(({ actions }) => actions.map(({ kind }) => kind)),
    [['snat']],
  )
})

test('tracking, logs, sets, and targets without effect on filters', () =>
  does([
    ['-j CT --notrack', 'notrack'],
    ['-j NOTRACK', 'notrack'],
    ['-j CT --zone 3', '(CT --zone 3)'],
    ['-j LOG --log-prefix "a b: " --log-level 7', 'log "a b: "'],
    ['-j NFLOG --nflog-group 3 --nflog-prefix x', 'log "x"'],
    ['-j SET --add-set x src --exist --timeout 5', 'change x'],
    ['-j SET --map-set x src --map-prio', '(SET)'],
    ['-j TCPMSS --clamp-mss-to-pmtu', '(TCPMSS)'],
    ['-j TRACE', '(TRACE)'],
  ]))

test('queues and others may decide', () =>
  does([
    ['-j NFQUEUE --queue-num 1 --queue-bypass', '<NFQUEUE --queue-num 1 --queue-bypass>!'],
    ['-j QUEUE', '<QUEUE>!'],
    ['-j SYNPROXY --mss 1460', '<SYNPROXY --mss 1460>!'],
    ['-j NDPI --value 3 4', '<NDPI --value 3 4>!'],
    ['-j STRANGE', '<STRANGE>!'],
  ]))

test('a name is a chain where the table has it or where it looks like one', () => {
  does([
    ['-j missing', 'jump missing'],
    ['-j KUBE-SERVICES', 'jump KUBE-SERVICES'],
    ['-g STRANGE', 'goto STRANGE'],
  ])
  const late =
    '*filter\n:LOGMARK - [0:0]\n:a - [0:0]\n-A a -j LOGMARK\n-A a -j LATE\n-N LATE\nCOMMIT\n'
  const { tables } = readDump(late)
  const actions = tables[0]?.chains.get('a')?.rules.map(({ actions: [only] }) => only)
  assert.equal(
    actions?.map((only) => only?.kind),
    ['jump', 'jump'],
  )
})

test('what is not modelled is noted once for each extension', () => {
  const text = tableWith('-j NFQUEUE\n-A own -j NFQUEUE --queue-num 2\n-A own -m limit -j DROP')
  assert.equal(readDump(text).said, ['NP8004 -A own -j NFQUEUE', 'NP8004 -A own -m limit -j DROP'])
})

test('values that are not valid are reported, and what they would do is open', () => {
  const rows: Rows = [
    ['-j MARK --set-mark red', 'packet mark ?ffffffff'],
    ['-j DNAT --to-destination nowhere', 'dnat ?'],
    ['-j REDIRECT --to-ports 70000', 'dnat ?'],
  ]
  does(rows, 'nat')
  for (const [rule] of rows) {
    const { said } = readDump(tableWith(rule, 'nat'))
    assert.equal(
      said.map((one) => one.slice(0, 6)),
      ['NP8005'],
      rule,
    )
  }
})

test('every target can stand in a rule', () => {
  for (const name of targetExtensions.keys()) {
    const { said, tables } = readDump(tableWith(`-j ${name}`), 4)
    const [rule] = tables[0]?.chains.get('own')?.rules ?? []
    assert.ok(
      said.every((word) => word.startsWith('NP8004')),
      name,
    )
    assert.ok(rule !== undefined && !rule.actions.some(({ kind }) => kind === 'jump'), name)
  }
})

test.run()
