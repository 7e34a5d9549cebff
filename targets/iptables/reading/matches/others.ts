// Matches whose outcome is not modelled, with the options they take, and the few that say something
// nevertheless.
import {
  type Extent,
  each,
  firstValue,
  type MatchExtension,
  type OptionUse,
  optionsOf,
  type RuleParts,
  type Stability,
  textOf,
  whole,
} from '../extension.ts'
import { allBits } from '../values.ts'

/** `rpfilter --invert` is the negation of the rest. */
function readPathFilter(uses: readonly OptionUse[], rule: RuleParts, at: Extent): void {
  const rest = uses.filter(({ name }) => name !== 'invert')
  const test = rule.unknown('rpfilter', textOf('rpfilter', rest), 'filter')
  rule.add(test, rest.length !== uses.length, at)
}

/** `recent --set` notes the address and always holds; all else depends on what was noted. */
function readRecent(uses: readonly OptionUse[], rule: RuleParts, at: Extent): void {
  const set = uses.find(({ name }) => name === 'set')
  if (set === undefined) {
    const asked = uses.find(({ name }) => ['rcheck', 'update', 'remove'].includes(name))
    const text = textOf(
      'recent',
      uses.map((use) => ({ ...use, negated: false })),
    )
    rule.add(rule.unknown('recent', text, 'never'), asked?.negated ?? false, at)
  } else {
    const why = '`recent --set` notes the address and always holds'
    rule.add({ kind: 'constant', holds: true, why }, set.negated, at)
  }
}

/** `--restore-skmark` gives the packet the mark of its socket. */
function readSocket(uses: readonly OptionUse[], rule: RuleParts, at: Extent): void {
  rule.add(rule.unknown('socket', textOf('socket', uses), 'filter'), false, at)
  const restore = uses.find(({ name }) => name === 'restore-skmark')
  if (restore !== undefined)
    rule.first({ kind: 'unknown mark', of: 'packet', mask: allBits }, restore)
}

function readComment(uses: readonly OptionUse[], rule: RuleParts): void {
  for (const use of uses) rule.comment(firstValue(use))
}

const physdevOptions = `physdev-in=1 physdev-out=1 physdev-is-in physdev-is-out physdev-is-bridged`
const ownerOptions = `uid-owner=1 gid-owner=1 socket-exists suppl-groups pid-owner=1 sid-owner=1 cmd-owner=1`
const limitOptions = 'limit=1 limit-burst=1'
const hashlimitOptions = `hashlimit-upto|hashlimit=1 hashlimit-above=1 hashlimit-mode=1 hashlimit-srcmask=1
  hashlimit-dstmask=1 hashlimit-name=1 hashlimit-burst=1 hashlimit-htable-size=1 hashlimit-htable-max=1
  hashlimit-htable-gcinterval=1 hashlimit-htable-expire=1 hashlimit-rate-match
  hashlimit-rate-interval=1`
const recentOptions = `set rcheck update remove seconds=1 reap hitcount=1 rttl name=1 rsource rdest mask=1`
const timeOptions = `datestart=1 datestop=1 timestart=1 timestop=1 monthdays=1 weekdays|days=1 kerneltz
  contiguous utc localtz`
const policyOptions = `dir=1 pol=1 strict reqid=1 spi=1 proto=1 mode=1 tunnel-src=1 tunnel-dst=1 next`
const rateOptions = `rateest1=1 rateest2=1 rateest-delta rateest-bps1? rateest-pps1? rateest-bps2?
  rateest-pps2? rateest-lt rateest-gt rateest-eq rateest-bps? rateest-pps? rateest=1`
const routingOptions = `rt-type=1 rt-segsleft=1 rt-len=1 rt-0-res rt-0-addrs=1 rt-0-not-strict`
const segmentOptions = `srh-next-hdr=1 srh-hdr-len-eq=1 srh-hdr-len-gt=1 srh-hdr-len-lt=1
  srh-segs-left-eq=1 srh-segs-left-gt=1 srh-segs-left-lt=1 srh-last-entry-eq=1 srh-last-entry-gt=1
  srh-last-entry-lt=1 srh-tag=1 srh-psid=1 srh-nsid=1 srh-lsid=1`
const geoipOptions = `source-country|src-cc=1 destination-country|dst-cc=1`
const ipp2pOptions = `ipp2p edk kazaa gnu dc bit apple winmx soul ares mute waste xdcc debug`
const psdOptions = `psd-weight-threshold=1 psd-delay-threshold=1 psd-lo-ports-weight=1
  psd-hi-ports-weight=1`

type Row = readonly [name: string, stability: Stability, options: string, protocol?: number]

/** One match a rule, whatever options there are. */
const wholes: readonly Row[] = [
  ['bpf', 'never', 'bytecode=1 object-pinned=1'],
  [
    'cluster',
    'filter',
    'cluster-total-nodes=1 cluster-local-node=1 cluster-local-nodemask=1 cluster-hash-seed=1',
  ],
  ['connbytes', 'never', 'connbytes=1 connbytes-dir=1 connbytes-mode=1'],
  ['connlabel', 'never', 'label=1 set'],
  [
    'connlimit',
    'never',
    'connlimit-upto=1 connlimit-above=1 connlimit-mask=1 connlimit-saddr connlimit-daddr',
  ],
  ['eui64', 'filter', ''],
  ['frag', 'filter', 'fragid=1 fraglen=1 fragres fragfirst fragmore fraglast'],
  ['dst', 'filter', 'dst-len=1 dst-opts=1'],
  ['hbh', 'filter', 'hbh-len=1 hbh-opts=1'],
  ['hashlimit', 'never', hashlimitOptions],
  ['ipv6header', 'filter', 'header=1 soft'],
  ['ipvs', 'filter', 'ipvs vproto=1 vaddr=1 vport=1 vdir=1 vmethod=1 vportctl=1'],
  ['limit', 'never', limitOptions],
  ['mh', 'filter', 'mh-type=1', 135],
  ['nfacct', 'never', 'nfacct-name=1'],
  ['owner', 'always', ownerOptions],
  ['osf', 'filter', 'genre=1 ttl=1 log=1 smart connector', 6],
  ['policy', 'filter', policyOptions],
  ['quota', 'never', 'quota=1'],
  ['rateest', 'never', rateOptions],
  ['rt', 'filter', routingOptions],
  ['srh', 'filter', segmentOptions],
  ['statistic', 'never', 'mode=1 probability=1 every=1 packet=1'],
  ['string', 'filter', 'from=1 to=1 algo=1 icase string=1 hex-string=1'],
  ['time', 'always', timeOptions],
  ['u32', 'filter', 'u32=1'],
  // What follows is of older kernels, of their patches, and of xtables-addons.
  ['account', 'never', 'aaddr=1 aname=1 ashort'],
  ['condition', 'filter', 'condition=1'],
  ['fuzzy', 'never', 'lower-limit=1 upper-limit=1'],
  ['geoip', 'filter', geoipOptions],
  ['gradm', 'filter', 'enabled disabled'],
  ['id', 'filter', 'id=1'],
  ['iface', 'filter', 'iface=1 dev-in dev-out up down broadcast loopback pointopoint multicast'],
  ['iplimit', 'never', 'iplimit-above=1 iplimit-mask=1'],
  ['ipp2p', 'never', ipp2pOptions],
  ['ipv4options', 'filter', 'flags=1 any'],
  ['layer7', 'never', 'l7dir=1 l7proto=1'],
  ['length2', 'filter', 'length=1 layer3 layer4 layer5 layer7'],
  ['lscan', 'never', 'mirai stealth synscan cnscan grscan'],
  ['nth', 'never', 'counter=1 every=1 start=1 packet=1'],
  ['psd', 'never', psdOptions],
  ['quota2', 'never', 'name=1 quota=1 grow no-change packets'],
  ['random', 'never', 'average=1'],
  ['unclean', 'filter', ''],
  ['webmon', 'never', 'max_domains=1 max_searches=1'],
]

/** One match for each option. */
const singles: readonly Row[] = [
  ['ah', 'always', 'ahspi=1 ahlen=1 ahres', 51],
  ['cgroup', 'always', 'path=1 cgroup=1'],
  ['cpu', 'never', 'cpu=1'],
  ['devgroup', 'filter', 'src-group=1 dst-group=1'],
  ['dscp', 'filter', 'dscp=1 dscp-class=1'],
  ['ecn', 'filter', 'ecn-tcp-cwr ecn-tcp-ece ecn-ip-ect=1'],
  ['esp', 'always', 'espspi=1', 50],
  ['helper', 'filter', 'helper=1'],
  ['hl', 'filter', 'hl-eq=1 hl-lt=1 hl-gt=1'],
  ['ipcomp', 'always', 'ipcompspi=1 compres', 108],
  ['length', 'filter', 'length=1'],
  ['mac', 'always', 'mac-source=1'],
  ['physdev', 'filter', physdevOptions],
  ['pkttype', 'always', 'pkt-type=1'],
  ['realm', 'filter', 'realm=1'],
  ['tcpmss', 'filter', 'mss=1'],
  ['tos', 'filter', 'tos=1'],
  ['ttl', 'filter', 'ttl-eq|ttl=1 ttl-lt=1 ttl-gt=1'],
]

/** Extensions that are read, and not modelled. */
export const otherMatches: readonly MatchExtension[] = [
  ...wholes.map(([name, stability, syntax, protocol]) => whole(name, syntax, stability, protocol)),
  ...singles.map(([name, stability, syntax, protocol]) =>
    each(name, syntax, stability, {}, protocol),
  ),
  {
    name: 'socket',
    protocol: null,
    options: optionsOf('nowildcard transparent restore-skmark'),
    read: readSocket,
  },
  { name: 'comment', protocol: null, options: optionsOf('comment=1'), read: readComment },
  { name: 'recent', protocol: null, options: optionsOf(recentOptions), read: readRecent },
  {
    name: 'rpfilter',
    protocol: null,
    options: optionsOf('loose validmark accept-local invert'),
    read: readPathFilter,
  },
]
