// What the options of rules say about packets, extension by extension.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { matchExtensions } from '../../../targets/iptables/reading/matches/index.ts'
import { readDump, ruleWords, tableWith } from '../../support/iptablesDump.ts'

const test = suite('iptables matches')

type Rows = readonly (readonly [rule: string, words: string])[]

/** Every row is a rule and what it says, without the arrow and what follows. */
function reads(rows: Rows, family: 4 | 6 = 4): void {
  for (const [rule, words] of rows) {
    assert.is(ruleWords(rule, 'filter', family), `${words} →`.trim(), rule)
  }
}

test('addresses: prefixes, masks, lists, and the forms that say nothing', () =>
  reads([
    ['-s 10.0.0.5/8', 'source 10.0.0.0-10.255.255.255'],
    ['-s 10.0.0.5', 'source 10.0.0.5'],
    ['! --destination 10.0.0.0/255.255.0.0', '!destination 10.0.0.0-10.0.255.255'],
    ['-d 10.0.4.0/255.255.252.255', 'destination 10.0.4.0,10.0.5.0,10.0.6.0,10.0.7.0'],
    ['-s 10/8', 'source 10.0.0.0-10.255.255.255'],
    ['-s 10.0.0.1,10.0.0.2,10.0.0.9', 'source 10.0.0.1-10.0.0.2,10.0.0.9'],
    ['-s 0.0.0.0/0 -d 0/0', ''],
    ['! -s 0.0.0.0/0', '!always'],
    ['-s ! 10.0.0.1', '!source 10.0.0.1'],
    ['--src=10.0.0.1', 'source 10.0.0.1'],
    ['-s 0.0.0.1/0.0.0.1', '<--source 0.0.0.1/0.0.0.1>'],
  ]))

test('addresses of IPv6', () =>
  reads(
    [
      ['-s FD00:0:0::1', 'source fd00::1'],
      ['-d fd00::/ffff::', 'destination fd00::-fd00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
      ['-s ::/0', ''],
    ],
    6,
  ))

test('protocols and interfaces', () =>
  reads([
    ['-p all', ''],
    ['-p 0', ''],
    ['! -p TCP', '!protocol 6'],
    ['--protocol icmpv6', 'protocol 58'],
    ['-p 47', 'protocol 47'],
    ['-i eth+ ! -o br0', 'in eth* & !out br0'],
    ['-i + -o lo', 'out lo'],
    ['! -i +', '!always'],
    ['-f', 'fragment'],
    ['! -f', '!fragment'],
  ]))

test('ports: with and without naming the extension, open ends, names', () =>
  reads([
    ['-p tcp --dport 80', 'protocol 6 & destination port 80'],
    [
      '-p tcp -m tcp --sport 1024: ! --dport :80',
      'protocol 6 & source port 1024-65535 & !destination port 0-80',
    ],
    ['-p udp -m udp --dport domain', 'protocol 17 & destination port 53'],
    ['-p 132 -m sctp --destination-port 5000:6000', 'protocol 132 & destination port 5000-6000'],
    ['-p tcp --dport 0:65535', 'protocol 6'],
    ['-p tcp ! --dport 0:65535', 'protocol 6 & !always'],
    ['-p udp --dport 60000:29', 'protocol 17 & never'],
    ['-m tcp --dport 80', 'protocol 6 & destination port 80'],
    ['-p tcp --dport ! 80', 'protocol 6 & !destination port 80'],
    ['-p tcp -m multiport --dports 80,90:100,https', 'protocol 6 & destination port 80,90-100,443'],
    ['-p tcp -m multiport ! --ports 1,2', 'protocol 6 & !either port 1,2'],
    ['-p udplite -m multiport --sports 7', 'protocol 136 & source port 7'],
    ['-p tcp --destination-p 80', 'protocol 6 & destination port 80'],
  ]))

test('flags of TCP and types of ICMP', () => {
  reads([
    ['-p tcp --syn', 'protocol 6 & flags&23=2'],
    ['-p tcp ! --tcp-flags FIN,SYN,RST,ACK SYN', 'protocol 6 & !flags&23=2'],
    ['-p tcp --tcp-flags ALL NONE', 'protocol 6 & flags&63=0'],
    ['-p tcp --tcp-option 5', 'protocol 6 & <tcp --tcp-option 5>'],
    ['-p icmp --icmp-type echo-request', 'protocol 1 & icmp 8/0-255'],
    ['-p icmp -m icmp --icmp-type 3/4', 'protocol 1 & icmp 3/4'],
    ['-p icmp --icmp-type host-prohibited', 'protocol 1 & icmp 3/10'],
    ['-p icmp --icmp-type any', 'protocol 1'],
    ['-p icmp --icmp-type 255/3', 'protocol 1'],
    ['-p icmp ! --icmp-type any', 'protocol 1 & !always'],
    ['-m icmp --icmp-type 8', 'protocol 1 & icmp 8/0-255'],
  ])
  reads(
    [
      [
        '-p ipv6-icmp -m icmp6 ! --icmpv6-type neighbor-solicitation',
        'protocol 58 & !icmp 135/0-255',
      ],
    ],
    6,
  )
})

test('states of connections', () =>
  reads([
    ['-m state --state RELATED,ESTABLISHED', 'state established,related'],
    ['-m state ! --state INVALID', '!state invalid'],
    ['-m conntrack --ctstate NEW,UNTRACKED', 'state new,untracked'],
    ['-m conntrack --ctstate DNAT', 'translated destination'],
    [
      '-m conntrack ! --ctstate NEW,SNAT,DNAT',
      '!(state new | translated source | translated destination)',
    ],
  ]))

test('what is asked of a connection is known of its first packet, and "no" without a connection', () =>
  reads([
    [
      '-m conntrack --ctorigsrc 10.0.0.1',
      '!state invalid,untracked & (state new & source 10.0.0.1 | !state new & <conntrack --ctorigsrc 10.0.0.1>)',
    ],
    [
      '-m conntrack ! --ctorigdst 10.0.0.1',
      '!state invalid,untracked & !(state new & !translated destination & destination 10.0.0.1 | ' +
        'state new & translated destination & <conntrack --ctorigdst 10.0.0.1> | ' +
        '!state new & <conntrack --ctorigdst 10.0.0.1>)',
    ],
    [
      '-m conntrack --ctstate NEW ! --ctproto tcp',
      'state new & (state invalid,untracked | !(state new & protocol 6 | !state new & <conntrack --ctproto tcp>))',
    ],
    [
      '-m conntrack --ctdir REPLY',
      '!state invalid,untracked & (state new & never | !state new & <conntrack --ctdir REPLY>)',
    ],
    [
      '-m conntrack --ctstatus ASSURED',
      '!state invalid,untracked & <conntrack --ctstatus ASSURED>~',
    ],
  ]))

test('marks of packets and connections', () =>
  reads([
    ['-m mark --mark 0x10000/0x10000', 'packet mark&10000 65536'],
    ['-m mark ! --mark 17', '!packet mark&ffffffff 17'],
    ['-m mark --mark 010', 'packet mark&ffffffff 8'],
    ['-m connmark --mark 1/3', '!state invalid,untracked & connection mark&3 1'],
    [
      '-m connmark --mark 1/3 -m mark --mark 2',
      '!state invalid,untracked & connection mark&3 1 & packet mark&ffffffff 2',
    ],
  ]))

test('ranges, types of addresses and sets', () =>
  reads([
    ['-m iprange --src-range 10.0.0.1-10.0.0.5', 'source 10.0.0.1-10.0.0.5'],
    ['-m iprange ! --dst-range 10.0.0.1', '!destination 10.0.0.1'],
    ['-m addrtype --dst-type UNICAST,LOCAL', 'destination type unicast,local'],
    ['-m addrtype ! --src-type LOCAL', '!source type local'],
    [
      '-m addrtype ! --dst-type LOCAL --limit-iface-in',
      '!<addrtype --dst-type LOCAL --limit-iface-in>',
    ],
    ['-m set --match-set x src', 'set x(address source)'],
    ['-m set ! --match-set x dst,dst', '!set x(address destination,address destination)'],
    ['-m set --set x src', 'set x(address source)'],
    ['-m set --match-set x src ! --update-counters', 'set x(address source)'],
    ['-m set --match-set x src --return-nomatch', 'set x(address source)?'],
    ['-m set --match-set x src ! --bytes-eq 4', 'set x(address source)?'],
  ]))

test('what is not modelled is kept, without its negation, in one form', () =>
  reads([
    [
      '-m mac ! --mac-source 00:11:22:33:44:55',
      '!<mac --mac-source 00:11:22:33:44:55> & <mac finds what it asks for>',
    ],
    ['-m limit --limit-burst 7 --limit 10/min', '<limit --limit 10/min --limit-burst 7>~'],
    [
      '-m statistic --mode random --probability 0.5',
      '<statistic --mode random --probability 0.5>~',
    ],
    ['-m owner ! --uid-owner 0', '!<owner --uid-owner 0>'],
    ['-m policy ! --reqid 1 --dir in', '<policy --dir in ! --reqid 1>'],
    ['-m string --string "a b" --algo bm', '<string --algo bm --string "a b">'],
    ['-m rpfilter --loose --invert', '!<rpfilter --loose>'],
    ['-m recent --set --name x --rsource', 'always'],
    ['-m recent ! --rcheck --seconds 60 --name x', '!<recent --rcheck --seconds 60 --name x>~'],
    ['-m physdev --physdev-is-bridged', '<physdev --physdev-is-bridged>'],
    ['-m ttl ! --ttl-eq 3', '!<ttl --ttl-eq 3>'],
  ]))

test('what another hook may see otherwise is stable in filters only', () => {
  assert.is(ruleWords('-m ttl --ttl-lt 3', 'mangle'), '<ttl --ttl-lt 3>~ →')
  assert.is(ruleWords('-m mac --mac-source 00:11:22:33:44:55', 'mangle').includes('~'), false)
})

test('extensions and options that nobody knows take the words up to the next option', () =>
  reads([
    ['-m geo --country DE FR ! --strict -p tcp', '<geo --country DE FR ! --strict>~ & protocol 6'],
    ['-m mark --colour red -s 10.0.0.1', '<mark --colour red>~ & source 10.0.0.1'],
    ['--whatever 1 2 -s 10.0.0.1', '<--whatever 1 2>~ & source 10.0.0.1'],
  ]))

test('comments are joined', () => {
  const words = ruleWords('-m comment --comment "it\'s \\"q\\"" -m comment --comment two')
  assert.is(words, '→ // it\'s "q" two')
})

test('values that are not valid are reported, and leave the outcome open', () => {
  const rows: Rows = [
    ['-s 10.0.0.300', 'NP8005 -s 10.0.0.300'],
    ['-s fd00::1', 'NP8005 -s fd00::1'],
    ['-p tcp --dport 70000', 'NP8005 --dport 70000'],
    ['-m mark --mark red', 'NP8005 --mark red'],
    ['-m state --state OLD', 'NP8005 --state OLD'],
    ['-m set --match-set x left', 'NP8005 --match-set x left'],
    ['-s', 'NP8005 -s'],
  ]
  for (const [rule, expected] of rows) {
    const { said, isPartial } = readDump(tableWith(rule), 4)
    assert.equal([said, isPartial], [[expected], true], rule)
    assert.match(ruleWords(rule), /<.*>~ →$/, rule)
  }
})

test('every extension can stand in a rule, and says what it is where it is not modelled', () => {
  for (const [name, { protocol }] of matchExtensions) {
    const { said, tables } = readDump(tableWith(`-m ${name} -j DROP`), 4)
    const [rule] = tables[0]?.chains.get('own')?.rules ?? []
    assert.ok(
      said.every((word) => word.startsWith('NP8004')),
      name,
    )
    assert.is(
      rule?.matches.some(({ kind }) => kind === 'protocol') ?? false,
      protocol !== null,
      name,
    )
  }
})

test.run()
