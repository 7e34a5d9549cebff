// The apply kit of nftables: life cycle in each shell, what stays when something fails or is killed, and
// each diagnostic.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder } from '../support/run.ts'
import {
  backends,
  nftablesVersion,
  onNode,
  runningOutOfRoom,
  shells,
  writeNftables,
} from './kitNode.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: apply kit of nftables')

test.before(requireTools)

function folders(root: string): Readonly<Record<string, string>> {
  return {
    ONE: writeNftables(join(root, 'one'), nftablesVersion('a', 200)),
    TWO: writeNftables(join(root, 'two'), nftablesVersion('b')),
    NONE: writeNftables(join(root, 'none'), {
      'netpolc.nft':
        'add table inet netpolc\ndelete table inet netpolc\ntable inet netpolc {\n\tchain version-cccccccccccccccc {\n\t}\n}\n',
    }),
  }
}

/** Tables of others, which stay as they are. */
const neighbours = `
nft -f - <<'END'
table inet filter {
  set netpolc { type ipv4_addr; elements = { 10.0.0.1 }; }
  chain forward { type filter hook forward priority 0; policy drop; ip saddr @netpolc accept; }
}
table ip netpolc {
  chain forward { type filter hook forward priority 0; accept; }
}
END
others() { nft list table inet filter; nft list table ip netpolc; }
others=$(others)
`

for (const shell of shells) {
  test(`in ${shell}: load, no change, update, nothing, removal, beside tables of others`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `${neighbours}
        mine() { nft -s list table inet netpolc; }
        fresh() { unshare --net bash -c "nft -f $1/netpolc.nft; nft -s list table inet netpolc"; }
        expect 1 $S $ONE/check.sh --status
        expect 0 $S $ONE/check.sh
        same "" "$(mine 2>/dev/null)" 'check.sh loaded something'
        for folder in $ONE $TWO $NONE $ONE; do
          expect 0 $S $folder/apply.sh
          same "$(fresh $folder)" "$(mine)" "after $folder"
          same "$others" "$(others)" "others after $folder"
          expect 0 $S $folder/check.sh --status
        done
        expect 1 $S $TWO/check.sh --status
        handles=$(nft -a list table inet netpolc)
        expect 0 $S $ONE/apply.sh
        same "$handles" "$(nft -a list table inet netpolc)" 'no change'

        nft add element inet netpolc egress '{ 10.9.9.9 : drop }'
        expect 1 $S $ONE/check.sh --status
        expect 0 $S $ONE/apply.sh
        same "$(fresh $ONE)" "$(mine)" 'repair'
        expect 0 $S $ONE/remove.sh
        expect 0 $S $ONE/remove.sh
        same "" "$(mine 2>/dev/null)" 'removal'
        same "$others" "$(others)" 'others after the removal'
        same lock "$(ls /run/netpolc)" 'files left'
        `,
        { ...folders(root), S: shell },
      )
      assert.is(status, 0, out + err)
      assert.is(err, '')
      assert.match(out, 'nothing to do: version aaaaaaaaaaaaaaaa runs')
      assert.match(out, /only in the kernel: .*10\.9\.9\.9 : drop/)
    }))
}

test('a load that fails, one that does not hold, and a signal: the rules of before', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      expect 0 dash $ONE/apply.sh
      one=$(everything)
      try() {
        echo $1 > /run/fault
        expect 1 dash $TWO/apply.sh
        same "$one" "$(everything)" "$1"
      }
      fake nft <<'END'
      [ $HERE = yes ] && [ "$1 $2" = "-f /run/netpolc/work/rules" ] || exec $REAL "$@"
      case $(cat /run/fault) in
        fails) echo "no memory" >&2; exit 1 ;;
        alters) sed -i '/icmp type/d' $2; exec $REAL "$@" ;;
        *) kill -$(cat /run/fault) $PPID; exec $REAL "$@" ;;
      esac
END
      for fault in fails alters HUP INT TERM; do try $fault; done
      `,
      folders(root),
    )
    assert.is(status, 0, out + err)
    assert.match(err, 'NP7020: nft failed: no memory: the rules of before are restored')
    assert.match(err, 'NP7021: the kernel does not hold what was loaded')
    assert.match(err, /only in the files: {4}icmp type echo-request return|icmp type/)
    assert.is(err.match(/NP7022: interrupted: the rules of before are restored/g)?.length, 3)
  }))

test('killed at each call of nft, before it and during it: old or new, and the next run succeeds', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      expect 0 dash $TWO/apply.sh >/dev/null; two=$(everything)
      expect 0 dash $ONE/apply.sh >/dev/null; one=$(everything)
      fake nft <<'END'
      [ $HERE = yes ] && [ -e /run/kill ] || exec $REAL "$@"
      echo x >> /run/calls
      [ $(wc -l < /run/calls) = $(cat /run/kill) ] || exec $REAL "$@"
      kill -9 $(cat /run/main)
      [ -e /run/before ] || exec $REAL "$@"
END
      killed=0
      for moment in before during; do
        for number in $(seq 99); do
          expect 0 dash $ONE/apply.sh >/dev/null
          rm -f /run/calls /run/before
          [ $moment = during ] || touch /run/before
          echo $number > /run/kill
          code=0
          bash -c 'echo $$ > /run/main; exec dash $TWO/apply.sh' >/dev/null 2>&1 || code=$?
          rm /run/kill
          [ $code = 137 ] || break
          killed=$((killed + 1))
          flock -w 10 /run/netpolc/lock true
          now=$(everything)
          [ "$now" = "$one" ] || [ "$now" = "$two" ] || { echo "neither at call $number" >&2; exit 8; }
          expect 0 dash $TWO/apply.sh >/dev/null
          same "$two" "$(everything)" "after call $number"
        done
        [ $code = 0 ]
      done
      echo "killed $killed times"
      `,
      folders(root),
    )
    assert.is(status, 0, out + err)
    assert.ok(Number(/killed (\d+) times/.exec(out)?.[1]) >= 8, out)
  }))

/** nft that refuses a text in the scratch namespace. */
const refusing = (text: string): string => `
fake nft <<'END'
[ "$1" = -f ] && grep -q -e "${text}" "$2" && { echo "$2:3:1-2: Error: not supported" >&2; exit 1; }
exec $REAL "$@"
END
`
const withText = (from: string, to: string): string =>
  `sed -i 's|${from}|${to}|' $FOLDER/netpolc.nft`
const said = 'probe:3:1-2: Error: not supported'

/** A diagnostic, in full or its beginning, and the node that lacks something. */
const lacks: Readonly<Record<string, string>> = {
  'NP7001: not root: run it as root, or with sudo': "fake id <<< 'echo 1000'",
  'NP7002: the program "nft" is missing: apt-get install nftables':
    'mkdir /run/sbin; mount --bind /run/sbin /usr/sbin; hash -r',
  'NP7003: the file netpolc.nft is missing in FOLDER: copy the whole folder':
    'rm $FOLDER/netpolc.nft',
  'NP7003: netpolc.nft names no version: compile again': withText('chain version-', 'chain other-'),
  'NP7003: netpolc.nft touches other tables than netpolc: compile again':
    'echo "table ip other { }" >> $FOLDER/netpolc.nft',
  'NP7004: no scratch network namespace (no): a container needs': `fake unshare <<< 'echo no >&2; exit 1'`,
  'NP7006: the kernel has no nf_tables (no): modprobe nf_tables': `fake nft <<< 'echo no >&2; exit 1'`,
  [`NP7007: the kernel has no sets of concatenated intervals: ${said}`]: refusing(' [.] .* 80-'),
  [`NP7008: the kernel has no tables of family inet: ${said}`]: refusing('table inet'),
  [`NP7009: the match "fib" is missing: ${said}: a kernel with CONFIG_NFT_FIB_INET`]:
    refusing('fib '),
  [`NP7009: the match "ct" is missing: ${said}: a kernel with CONFIG_NFT_CT`]: refusing('ct state'),
  [`NP7009: the match "sctp" is missing: ${said}: a kernel`]: refusing('sctp'),
  'NP7012: nft refuses the rules: netpolc.nft:24:8-11: Error: syntax error, unexpected string icmp tipe echo-request return: compile again':
    withText('icmp type', 'icmp tipe'),
}

for (const [says, node] of Object.entries(lacks)) {
  test(says, () =>
    inFolder(async (root) => {
      const folder = writeNftables(join(root, 'rules'), nftablesVersion('a'))
      const { status, out, err } = onNode(
        `
        PATH0=$PATH
        ${node}
        expect 2 dash $FOLDER/check.sh
        expect 2 dash $FOLDER/apply.sh
        PATH=$PATH0; umount /usr/sbin 2>/dev/null || true; hash -r
        same "" "$(nft list ruleset)" 'loaded'
        `,
        { FOLDER: folder },
      )
      assert.is(status, 0, out + err)
      const told = err.split('\n').filter((text) => text.startsWith('netpolc:'))
      const line = `netpolc: ${says.replace('FOLDER', folder)}`
      assert.ok(told.length === 2 && told.every((text) => text.startsWith(line)), err)
    }),
  )
}

for (const backend of backends) {
  test(`NP7013: rules of the iptables target, ${backend}, beside the table are told`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `iptables-${backend} -t security -N NP-V-a; expect 0 dash $ONE/check.sh`,
        folders(root),
      )
      assert.is(status, 0, out + err)
      assert.match(err, 'NP7013: warning: rules of netpolc are in another place as well (iptables)')
    }))
}

test('the order of objects means nothing, as a change lists what it adds last; that of rules does', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      expect 0 dash $ONE/apply.sh
      nft -s list table inet netpolc >/run/first
      nft 'delete element inet netpolc egress { 10.0.0.0 }; add chain inet netpolc other'
      expect 1 dash $ONE/check.sh --status
      nft delete chain inet netpolc other
      expect 1 dash $ONE/check.sh --status
      nft -f $TWO/netpolc.nft
      awk '/^\\tset boxes/ { kept = 1 } kept { box = box $0 "\\n" } kept && /^\\t}/ { kept = 0; next }
        kept { next } /^}/ { printf "%s", box } { print }' /run/first >/run/moved
      nft -f - <<END
delete table inet netpolc
$(cat /run/moved)
END
      [ "$(nft -s list table inet netpolc)" != "$(cat /run/first)" ]
      expect 0 dash $ONE/check.sh --status
      nft insert rule inet netpolc forward accept
      expect 1 dash $ONE/check.sh --status
      `,
      folders(root),
    )
    assert.is(status, 0, out + err)
  }))

test('NP7003: without room to work nothing is changed, and that is said', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(runningOutOfRoom, folders(root))
    assert.is(status, 0, out + err)
  }))

test.run()
