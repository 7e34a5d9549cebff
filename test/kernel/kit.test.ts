// The apply kit of iptables from the first load to the removal, in each shell and with each back end, and
// beside rules of others.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder } from '../support/run.ts'
import {
  backends,
  iptablesNothing,
  iptablesVersion,
  onNode,
  shells,
  writeIptables,
} from './kitNode.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: apply kit of iptables')

test.before(requireTools)

/** Folders of two versions and of a node without governed pods, as variables of a script. */
function folders(root: string, table?: string): Readonly<Record<string, string>> {
  return {
    ONE: writeIptables(join(root, 'one'), iptablesVersion('a', table)),
    TWO: writeIptables(join(root, 'two'), iptablesVersion('b', table)),
    NONE: writeIptables(join(root, 'none'), iptablesNothing('c', table)),
  }
}

const life = `
expect 1 $S $ONE/check.sh --status
expect 0 $S $ONE/check.sh
same "" "$(ipset save)$(everything | grep NP-)" 'check.sh loaded something'

expect 0 $S $ONE/apply.sh
same "$(fresh $ONE)" "$(everything)" 'first load'
expect 0 $S $ONE/check.sh --status
expect 1 $S $TWO/check.sh --status

for program in iptables-$B-restore ip6tables-$B-restore ipset; do
  fake $program <<'END'
[ $HERE = no ] || case "$0 $*" in *\\ --version | */ipset\\ [ls]*) ;; *) echo "$0 $*" >> /run/changes ;; esac
exec $REAL "$@"
END
done
expect 0 $S $ONE/apply.sh
[ ! -e /run/changes ] || { cat /run/changes >&2; exit 9; }
rm -r /run/fake; hash -r

expect 0 $S $TWO/apply.sh
same "$(fresh $TWO)" "$(everything)" 'update'
expect 0 $S $NONE/apply.sh
same "$(fresh $NONE | grep -v '^*')" "$(everything | grep -v '^*')" 'node without pods'
expect 0 $S $ONE/apply.sh
same "$(fresh $ONE)" "$(everything)" 'load after nothing'
expect 0 $S $ONE/remove.sh
same "" "$(ipset save)$(everything | grep NP-)" 'removal'
expect 0 $S $ONE/remove.sh
same lock "$(ls /run/netpolc)" 'files left'
`

for (const backend of backends) {
  for (const shell of shells) {
    test(`iptables-${backend} in ${shell}: load, no change, update, nothing, removal`, () =>
      inFolder(async (root) => {
        const env = { ...folders(root), S: shell, B: backend, NETPOLC_BACKEND: backend }
        const { status, out, err } = onNode(life, env)
        assert.is(status, 0, out + err)
        assert.match(out, 'nothing to do: version aaaaaaaaaaaaaaaa runs')
        assert.is(err, '')
      }))
  }

  test(`iptables-${backend}: what others have in the table filter stays as it is`, () =>
    inFolder(async (root) => {
      const env = { ...folders(root, 'filter'), B: backend, NETPOLC_BACKEND: backend }
      const { status, out, err } = onNode(
        `
        ipset create KUBE-LOOP-BACK hash:ip,port,ip; ipset add KUBE-LOOP-BACK 10.0.0.1,tcp:80,10.0.0.1
        ipset create my-np4-set hash:ip; ipset add my-np4-set 10.0.0.1
        others() {
          printf '%s\\n' '*filter' ':FORWARD DROP [0:0]' ':KUBE-FORWARD - [0:0]' ':KUBE-SERVICES - [0:0]' \\
            ':DOCKER-USER - [0:0]' ':DOCKER-FORWARD - [0:0]' ':XNP-FORWARD - [0:0]' \\
            '-A INPUT -m comment --comment "a NP in a comment -j NP" -j ACCEPT' \\
            '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD' \\
            '-A FORWARD -j DOCKER-USER' '-A FORWARD -j DOCKER-FORWARD' '-A FORWARD -j XNP-FORWARD' \\
            '-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES' \\
            '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP' \\
            '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT' \\
            '-A DOCKER-USER -j RETURN' '-A DOCKER-FORWARD -i docker0 -j ACCEPT' COMMIT
        }
        others | iptables-$B-restore --noflush
        others | ip6tables-$B-restore --noflush
        before=$(everything)
        first() { iptables-$B-save -t filter | grep -m1 '^-A FORWARD'; ip6tables-$B-save -t filter | grep -m1 '^-A FORWARD'; }
        jump=$(printf -- '-A FORWARD -j NP-FORWARD\\n%.0s' 1 2)
        for folder in $ONE $TWO; do
          expect 0 dash $folder/apply.sh
          same "$before" "$(foreign)" "after $folder"
          same "$jump" "$(first)" 'jump'
        done
        # A later insert pushes the jump down; the same version puts it first again.
        iptables-$B -I FORWARD -j DOCKER-USER; ip6tables-$B -I FORWARD -j DOCKER-USER
        pushed=$(foreign)
        expect 1 dash $TWO/check.sh --status
        expect 0 dash $TWO/apply.sh
        same "$pushed" "$(foreign)" 'after the push'
        same "$jump" "$(first)" 'jump after the push'
        expect 0 dash $TWO/check.sh --status
        # A jump that somebody has doubled, and one of a chain of others.
        iptables-$B -A FORWARD -j NP-FORWARD
        iptables-$B -A XNP-FORWARD -j NP-EGRESS
        expect 0 dash $TWO/apply.sh
        same 1 "$(iptables-$B-save -t filter | grep -c -- '-A FORWARD -j NP-')" 'doubled jump'
        same "$pushed" "$(foreign)" 'after the doubled jump'
        expect 0 dash $NONE/apply.sh
        same "$pushed" "$(foreign)" 'without pods'
        expect 0 dash $ONE/apply.sh
        expect 0 dash $ONE/remove.sh
        same "$pushed" "$(everything)" 'after the removal'
        `,
        env,
      )
      assert.is(status, 0, out + err)
      assert.match(err, /NP7014: warning: the jump to netpolc's rules is not first \(iptables-/)
    }))
}

test('rules in the other back end, and in the other table, are removed after the load', () =>
  inFolder(async (root) => {
    assert.is(backends.length, 2, 'this test needs iptables-nft and iptables-legacy')
    const filter = writeIptables(join(root, 'filter'), iptablesVersion('d', 'filter'))
    const { status, out, err } = onNode(
      `
      NETPOLC_BACKEND=legacy expect 0 dash $ONE/apply.sh
      NETPOLC_BACKEND=nft expect 1 dash $TWO/check.sh --status
      NETPOLC_BACKEND=nft expect 0 dash $TWO/apply.sh
      same 0 "$(iptables-legacy-save | grep -c NP-)" 'legacy'
      NETPOLC_BACKEND=nft expect 0 dash $FILTER/apply.sh
      same 0 "$(iptables-nft-save -t security | grep -c NP-)" 'security'
      NETPOLC_BACKEND=legacy expect 0 dash $ONE/apply.sh
      same 0 "$(iptables-nft-save | grep -c NP-)" 'nft'
      same "np4-aaaaaaaaaaaaaaaa np6-aaaaaaaaaaaaaaaa" "$(echo $(ipset list -n))" 'sets'
      `,
      { ...folders(root), FILTER: filter, B: 'nft' },
    )
    assert.is(status, 0, out + err)
    assert.match(err, /NP7013: warning: .*\(iptables-legacy, IPv4, table security\)/)
    assert.match(out, 'removed the rules of before from iptables-legacy, IPv6, table security')
    assert.match(out, 'removed the rules of before from iptables-nft, IPv4, table security')
    assert.match(out, 'removed the rules of before from iptables-nft, IPv4, table filter')
  }))

test('what a hand has changed in rules and sets is told and repaired', () =>
  inFolder(async (root) => {
    const { status, out, err } = onNode(
      `
      expect 0 dash $ONE/apply.sh
      ipset del np4-aaaaaaaaaaaaaaaa 10.1.0.0/16
      ipset add np4-aaaaaaaaaaaaaaaa 9.9.9.9
      iptables-nft -t security -D NP-E-aaaaaaaaaaaaaaaa -j DROP
      expect 1 dash $ONE/check.sh --status
      expect 0 dash $ONE/apply.sh
      same "$(fresh $ONE)" "$(everything)" 'repair'
      ipset create np4-old hash:ip
      expect 0 dash $ONE/apply.sh
      same "$(fresh $ONE)" "$(everything)" 'old set'
      `,
      { ...folders(root), B: 'nft', NETPOLC_BACKEND: 'nft' },
    )
    assert.is(status, 0, out + err)
    assert.match(out, 'only in the kernel: add np4-aaaaaaaaaaaaaaaa 9.9.9.9')
    assert.match(out, 'only in the files:  add np4-aaaaaaaaaaaaaaaa 10.1.0.0/16')
    assert.match(out, 'only in the files:  rule NP-E-aaaaaaaaaaaaaaaa 000004 -j DROP')
  }))

test.run()
