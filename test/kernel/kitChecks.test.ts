// Each diagnostic of the apply kit of iptables, from a node that lacks something. Nothing is loaded then.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder } from '../support/run.ts'
import {
  backends,
  type Files,
  iptablesVersion,
  onNode,
  runningOutOfRoom,
  writeIptables,
} from './kitNode.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: apply kit of iptables, diagnostics')

test.before(requireTools)

const good = iptablesVersion('a')

/** The good files with one of them changed. */
const changed = (name: string, from: string | RegExp, to: string): Files => ({
  ...good,
  [name]: good[name]?.replace(from, to) ?? '',
})

/** The folder of system programs without those of a pattern. */
const without = (pattern: string): string => `
mkdir /run/sbin
for file in /usr/sbin/*tables* /usr/sbin/ipset /usr/sbin/nft; do
  case \${file##*/} in ${pattern}) ;; *) cp -a $file /run/sbin/ ;; esac
done
mount --bind /run/sbin /usr/sbin
hash -r
`

/** A tool that fails in the scratch namespace when its words or its input hold a text. */
const refusing = (tool: string, text: string, message: string): string => `
fake ${tool} <<'END'
[ "$1" = --version ] && exec $REAL "$@"
case "$1" in -*|restore) input=$(cat) ;; *) input= ;; esac
case "$* $input" in *"${text}"*) echo "${message}" >&2; exit 1 ;; esac
echo "$input" | $REAL "$@"
END
`

interface Lack {
  readonly says: string
  readonly node?: string
  readonly files?: Files
}

/** What a node or a folder lacks: the diagnostic, in full. */
const lacks: readonly Lack[] = [
  {
    says: 'NP7001: not root: run it as root, or with sudo',
    node: "fake id <<< 'echo 1000'",
  },
  {
    says: 'NP7002: the program "ipset" is missing: apt-get install ipset',
    node: without('ipset'),
  },
  {
    says: 'NP7002: the program "iptables-<backend>-restore" is missing: apt-get install iptables',
    node: without('*tables*'),
  },
  {
    says: 'NP7003: the file ip6tables.rules is missing in FOLDER: copy the whole folder',
    node: 'rm $FOLDER/ip6tables.rules',
  },
  {
    says: 'NP7003: iptables.rules and ip6tables.rules are of different versions: copy the whole folder again',
    files: changed('ip6tables.rules', 'NP-V-a', 'NP-V-b'),
  },
  {
    says: 'NP7003: ipset.rules is cut off: elements of the set np4-aaaaaaaaaaaaaaaa are missing: copy the whole folder again',
    files: changed('ipset.rules', /add np4-\S+ 10\.2.*\n/, ''),
  },
  {
    says: 'NP7003: iptables.rules names no version: compile again',
    files: {
      ...changed('iptables.rules', 'NP-V-', 'NP-W-'),
      'ip6tables.rules': '*security\nCOMMIT\n',
    },
  },
  {
    says: 'NP7003: iptables.rules is not of netpolc (table "nat"): compile again',
    files: changed('iptables.rules', '*security', '*nat'),
  },
  {
    says: 'NP7003: NETPOLC_BACKEND=other is no back end: say nft or legacy, or nothing',
    node: 'export NETPOLC_BACKEND=other',
  },
  {
    says: 'NP7004: no scratch network namespace (unshare failed: Operation not permitted): a container needs CAP_SYS_ADMIN; else see /proc/sys/user/max_net_namespaces',
    node: `fake unshare <<< 'echo "unshare failed: Operation not permitted" >&2; exit 1'`,
  },
  {
    says: 'NP7006: the kernel has no ipset (Kernel support protocol is missing): modprobe ip_set (CONFIG_IP_SET)',
    node: `fake ipset <<< 'echo "Kernel support protocol is missing" >&2; exit 1'`,
  },
  {
    says: 'NP7007: the kernel has no sets hash:ip,port (set type not supported): modprobe ip_set_hash_ip_port',
    node: refusing('ipset', 'hash:ip,port', 'set type not supported'),
  },
  {
    says: 'NP7008: the table "security" is missing in iptables-<backend>: table does not exist: compile with --table filter, or a kernel with CONFIG_IP_NF_SECURITY',
    node: refusing('iptables-$B-restore', '*security', 'table does not exist'),
  },
  ...['CONNTRACK', 'MULTIPORT', 'ADDRTYPE', 'SCTP', 'COMMENT'].map((name) => ({
    says: `NP7009: the match "${name.toLowerCase()}" is missing: no such match: modprobe xt_${name.toLowerCase()}, or a kernel with CONFIG_NETFILTER_XT_MATCH_${name}`,
    node: refusing('iptables-$B-restore', ` ${name.toLowerCase()} `, 'no such match'),
  })),
  {
    says: 'NP7009: the match "set" is missing: no such match: modprobe xt_set, or a kernel with CONFIG_IP_SET',
    node: refusing('iptables-$B-restore', '-m set', 'no such match'),
  },
  {
    says: 'NP7009: the match "icmp" is missing: no such match: modprobe ip_tables, or a kernel with CONFIG_IP_NF_IPTABLES',
    node: refusing('iptables-$B-restore', '-p icmp', 'no such match'),
  },
  {
    says: 'NP7010: there are IPv6 rules but no ip6tables: apt-get install iptables',
    node: without('ip6tables*'),
  },
  {
    says: 'NP7012: ip6tables-<backend>-restore refuses the rules: odd: compile again; else report it',
    node: refusing('ip6tables-$B-restore', 'NP-FORWARD', 'odd'),
  },
  {
    says: 'NP7015: ipset.rules was refused: ipset v7.17: Error in line 3: Syntax error: cannot parse 10.1.0.0.0: resolving to IPv4 address failed: add np4-aaaaaaaaaaaaaaaa 10.1.0.0.0/16 -exist: compile again',
    files: changed('ipset.rules', '10.1.0.0/16', '10.1.0.0.0/16'),
  },
]

const [backend = ''] = backends

for (const { says, node = '', files = good } of lacks) {
  test(says, () =>
    inFolder(async (root) => {
      const folder = writeIptables(join(root, 'rules'), files)
      const { status, out, err } = onNode(
        `
        PATH0=$PATH
        ${node}
        expect 2 dash $FOLDER/check.sh
        expect 2 dash $FOLDER/apply.sh
        PATH=$PATH0; umount /usr/sbin 2>/dev/null || true; hash -r
        same "" "$(everything | grep -e NP- -e np[46]-)" 'loaded'
        same lock "$(ls /run/netpolc || echo lock)" 'files left'
        `,
        { FOLDER: folder, B: backend, NETPOLC_BACKEND: backend },
      )
      assert.is(status, 0, out + err)
      const line = `netpolc: ${says.replace('<backend>', backend).replace('FOLDER', folder)}`
      const told = err.split('\n').filter((text) => text.startsWith('netpolc:'))
      assert.is(told[0], line)
      assert.is(told.at(-1), line)
    }),
  )
}

for (const each of backends) {
  test(`NP7012: iptables-${each} refuses a rule: its message and the line`, () =>
    inFolder(async (root) => {
      const files = changed('iptables.rules', '--dport 5', '--dport 70000')
      const folder = writeIptables(join(root, 'rules'), files)
      const { status, out, err } = onNode('expect 2 dash $FOLDER/check.sh', {
        FOLDER: folder,
        NETPOLC_BACKEND: each,
      })
      assert.is(status, 0, out + err)
      assert.match(err, /^netpolc: NP7012: iptables-\w+-restore refuses the rules: .*70000/)
      assert.match(err, ': -A NP-E-aaaaaaaaaaaaaaaa -p sctp --dport 70000 -j RETURN: compile again')
      assert.is(err.split('\n').length, 2, err)
    }))

  test(`NP7012: iptables-${each} refuses a jump to nothing, which its --test may let pass`, () =>
    inFolder(async (root) => {
      const files = changed('iptables.rules', '-j NP-EGRESS', '-j NP-MISSING')
      const folder = writeIptables(join(root, 'rules'), files)
      const { status, out, err } = onNode('expect 2 dash $FOLDER/apply.sh', {
        FOLDER: folder,
        NETPOLC_BACKEND: each,
      })
      assert.is(status, 0, out + err)
      assert.match(err, /^netpolc: NP7012: iptables-/)
    }))
}

test('NP7005: the lock cannot be made', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      'mount -o remount,ro /run; expect 2 dash $FOLDER/apply.sh; expect 2 dash $FOLDER/remove.sh',
      { FOLDER: writeIptables(join(root, 'rules'), good) },
    )
    assert.is(status, 0, out + err)
    assert.match(err, 'NP7005: no lock: /run/netpolc cannot be written: make /run writable')
  }))

test('NP7003: without room to work nothing is changed, and that is said', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(runningOutOfRoom, {
      ONE: writeIptables(join(root, 'one'), good),
      TWO: writeIptables(join(root, 'two'), iptablesVersion('b')),
      NETPOLC_BACKEND: backend,
    })
    assert.is(status, 0, out + err)
  }))

test('NP7011: pods on one bridge meet no rule: a warning for each family', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      ip link add br0 type bridge
      expect 0 dash $FOLDER/check.sh
      echo 'no port, no warning' >&2
      ip link add pod0 type veth peer name pod1
      ip link set pod0 master br0
      mkdir -p /run/bridge; echo 1 > /run/bridge/bridge-nf-call-iptables
      mount --bind /run/bridge /proc/sys/net/bridge
      expect 0 dash $FOLDER/apply.sh
      `,
      { FOLDER: writeIptables(join(root, 'rules'), good), NETPOLC_BACKEND: backend },
    )
    assert.is(status, 0, out + err)
    assert.is(
      err,
      `no port, no warning
netpolc: NP7011: warning: pods on one bridge meet no rule: net.bridge.bridge-nf-call-ip6tables is not 1: modprobe br_netfilter; sysctl -w net.bridge.bridge-nf-call-ip6tables=1
`,
    )
  }))

test('NP7013: a table of nftables beside the rules is told', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      'nft add table inet netpolc; expect 0 dash $FOLDER/check.sh',
      { FOLDER: writeIptables(join(root, 'rules'), good), NETPOLC_BACKEND: backend },
    )
    assert.is(status, 0, out + err)
    assert.match(err, 'NP7013: warning: rules of netpolc are in another place as well (nft, table')
  }))

test('NP7024: what cannot be removed is told, and the next removal completes it', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      expect 0 dash $FOLDER/apply.sh
      fake ip6tables-$B-restore <<'END'
      [ "$1" = --version ] && exec $REAL "$@"
      echo "device busy" >&2; exit 1
END
      expect 1 dash $FOLDER/remove.sh
      PATH=\${PATH#/run/fake:}; hash -r
      expect 0 dash $FOLDER/remove.sh
      same "" "$(everything | grep -e NP- -e np[46]-)" 'left'
      `,
      {
        FOLDER: writeIptables(join(root, 'rules'), good),
        B: backend,
        NETPOLC_BACKEND: backend,
      },
    )
    assert.is(status, 0, out + err)
    assert.match(
      err,
      `NP7024: rules stay in ip6tables-${backend}, table security (device busy): run remove.sh again`,
    )
    assert.match(err, 'NP7024: 1 sets of netpolc stay, since rules use them')
  }))

test('no programs are needed but those that the README names', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      mkdir /run/bin
      for program in sh awk sed grep sort flock unshare mktemp cat rm mv mkdir id readlink sleep; do
        ln -s $(command -v $program) /run/bin/
      done
      full=$PATH
      ${without('nothing')}
      PATH=/run/bin
      hash -r
      for script in check.sh apply.sh check.sh\\ --status apply.sh remove.sh; do
        sh $FOLDER/$script || exit 7
      done
      PATH=$full
      `,
      { FOLDER: writeIptables(join(root, 'rules'), good), NETPOLC_BACKEND: backend },
    )
    assert.is(status, 0, out + err)
    assert.is(err, '')
  }))

test.run()
