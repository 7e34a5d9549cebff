// What the apply kit of iptables leaves behind when something goes wrong between two steps: the rules of
// before, whole; and when it is killed: per family the old rules or the new ones, and no trace of it after
// the next run.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { backends, iptablesVersion, onNode, writeIptables } from './kitNode.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: apply kit of iptables, failures')

test.before(requireTools)

function setting(root: string, backend: string): Readonly<Record<string, string>> {
  return {
    ONE: writeIptables(join(root, 'one'), iptablesVersion('a')),
    TWO: writeIptables(join(root, 'two'), iptablesVersion('b')),
    B: backend,
    NETPOLC_BACKEND: backend,
  }
}

/** Version one runs, with its jump pushed down, so that a rollback has a place to find again. */
const oneRuns = `
expect 0 dash $ONE/apply.sh 2>/dev/null
iptables-$B -t security -I FORWARD -s 9.9.9.9 -j ACCEPT
before=$(everything)
`

for (const backend of backends) {
  test(`iptables-${backend}: IPv6 fails after IPv4 was loaded: both are as before`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `${oneRuns}
        fake ip6tables-$B-restore <<'END'
        [ $HERE = yes ] && [ "$1" != --version ] && ! [ -e /run/healed ] || exec $REAL "$@"
        text=$(cat)
        case $text in *NP-V-bbbb*) echo "line 3 failed" >&2; exit 1 ;; esac
        echo "$text" | $REAL "$@"
END
        expect 1 dash $TWO/apply.sh
        same "$before" "$(everything)" 'rolled back'
        same lock "$(ls /run/netpolc)" 'files left'
        touch /run/healed
        expect 0 dash $TWO/apply.sh
        expect 0 dash $TWO/check.sh --status
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
      assert.match(
        err,
        `netpolc: NP7020: ip6tables-${backend}-restore failed: line 3 failed: the rules of before are restored\n`,
      )
    }))

  test(`iptables-${backend}: the kernel does not hold what was loaded: both are as before`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `${oneRuns}
        fake ip6tables-$B-restore <<'END'
        [ $HERE = yes ] || exec $REAL "$@"
        sed '/^-A NP-E-b.* DROP/d' | $REAL "$@"
END
        expect 1 dash $TWO/apply.sh
        same "$before" "$(everything)" 'rolled back'
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
      assert.match(err, 'NP7021: the kernel does not hold what was loaded: the rules of before')
      assert.match(err, 'only in the files:  rule NP-E-bbbbbbbbbbbbbbbb 000002 -j DROP')
    }))

  test(`iptables-${backend}: nothing ran before, and a failure leaves nothing`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `
        fake ip6tables-$B-restore <<'END'
        [ $HERE = yes ] && [ "$1" != --version ] && grep -q NP-FORWARD && exit 1
        exec $REAL "$@"
END
        expect 1 dash $TWO/apply.sh
        same "" "$(everything | grep -e NP- -e np[46])" 'left'
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
      assert.match(err, 'NP7020')
    }))

  test(`iptables-${backend}: a rollback that fails says so and keeps the rules of before`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `${oneRuns}
        fake ip6tables-$B-restore <<'END'
        [ $HERE = yes ] && [ "$1" != --version ] || exec $REAL "$@"
        [ -e /run/loaded ] && { echo "no luck" >&2; exit 1; }
        touch /run/loaded
        sed '/^-A NP-E-b.* DROP/d' | $REAL "$@"
END
        expect 3 dash $TWO/apply.sh
        grep -q NP-V-aaaa /run/netpolc/before/before.6
        PATH=\${PATH#/run/fake:}; hash -r
        expect 0 dash $TWO/apply.sh
        expect 0 dash $TWO/check.sh --status
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
      assert.match(
        err,
        'NP7023: the rules of before could not be restored (no luck): run apply.sh again',
      )
    }))

  for (const signal of ['HUP', 'INT', 'TERM']) {
    test(`iptables-${backend}: SIG${signal} after IPv4 was loaded: both are as before`, () =>
      inFolder(async (root) => {
        const { status, out, err } = onNode(
          `${oneRuns}
          fake ip6tables-$B-restore <<'END'
          [ $HERE = yes ] && [ "$1" != --version ] && [ ! -e /run/sent ] || exec $REAL "$@"
          touch /run/sent
          kill -${signal} $PPID
          exec $REAL "$@"
END
          expect 1 dash $TWO/apply.sh
          [ -e /run/sent ]
          same "$before" "$(everything)" 'rolled back'
          `,
          setting(root, backend),
        )
        assert.is(status, 0, out + err)
        assert.match(err, 'NP7022: interrupted: the rules of before are restored')
      }))
  }

  test(`iptables-${backend}: killed at each call of a tool, before it and during it`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `
        expect 0 dash $ONE/apply.sh
        one=$(everything)
        expect 0 dash $TWO/apply.sh
        two=$(everything)
        # Only the calls of the run itself, and not those of its rehearsal, come close to the rules.
        for program in iptables-$B-restore ip6tables-$B-restore iptables-$B-save ip6tables-$B-save ipset; do
          fake $program <<'END'
          [ $HERE = yes ] && [ -e /run/kill ] && [ "$1" != --version ] || exec $REAL "$@"
          echo x >> /run/calls
          [ $(wc -l < /run/calls) = $(cat /run/kill) ] || exec $REAL "$@"
          kill -9 $(cat /run/main)
          [ -e /run/before ] || exec $REAL "$@"
END
        done
        chain() { $1-$B-save -t security | sed -n -e '/^#/d' -e 's/ \\[.*//' -e p; }
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
            # What was begun may still go on: it has the lock.
            flock -w 10 /run/netpolc/lock true
            for family in iptables ip6tables; do
              now=$($family-$B-save -t security | grep -v '^#')
              case $now in
                *NP-V-aaaa*NP-V-bbbb* | *NP-V-bbbb*NP-V-aaaa*) exit 8 ;;
                *NP-V-aaaa*) letter=a ;;
                *NP-V-bbbb*) letter=b ;;
                *) echo "neither at call $number: $now" >&2; exit 8 ;;
              esac
              rules=$(echo "$now" | grep -v '^:[IFO]')
              same "$rules" "$(case $letter in a) echo "$one";; b) echo "$two";; esac |
                sed -n "/^$family-$B/,/^COMMIT/p" | sed 's/^:NP.*/& [0:0]/' | grep -v -e '^:[IFO]' -e "^$family")" "at call $number"
            done
            expect 0 dash $TWO/apply.sh >/dev/null
            same "$two" "$(everything)" "after call $number"
            same lock "$(ls /run/netpolc)" 'files left'
          done
          [ $code = 0 ] || { echo "ended with $code at call $number" >&2; exit 8; }
        done
        echo "killed $killed times"
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
      const killed = Number(/killed (\d+) times/.exec(out)?.[1])
      assert.ok(killed > 20, out)
    }))

  test(`iptables-${backend}: killed at any time, the next run succeeds`, () =>
    inFolder(async (root) => {
      saySeed('moments of the kill')
      const { status, out, err } = onNode(
        `
        RANDOM=${seed % 32768}
        expect 0 dash $TWO/apply.sh; two=$(everything)
        expect 0 dash $ONE/apply.sh; one=$(everything)
        for round in $(seq 12); do
          dash $TWO/apply.sh >/dev/null 2>&1 & main=$!
          sleep 0.$(printf %03d $((RANDOM % 250)))
          kill -9 $main 2>/dev/null || true
          wait $main 2>/dev/null || true
          flock -w 10 /run/netpolc/lock true
          for family in iptables ip6tables; do
            now=$($family-$B-save -t security | grep -v -e '^#')
            want=$(case $now in *NP-V-a*NP-V-b*) ;; *NP-V-a*) echo "$one" ;; *NP-V-b*) echo "$two" ;; esac |
              sed -n "/^$family-$B/,/^COMMIT/p" | sed 1d)
            same "$want" "$(echo "$now" | sed 's/ \\[.*//')" "round $round"
          done
          expect 0 dash $TWO/apply.sh >/dev/null
          same "$two" "$(everything)" "next run, round $round"
          expect 0 dash $ONE/apply.sh >/dev/null
          same "$one" "$(everything)" "way back, round $round"
        done
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
    }))

  test(`iptables-${backend}: two runs at once: one after the other`, () =>
    inFolder(async (root) => {
      const { status, out, err } = onNode(
        `
        for round in 1 2 3; do
          dash $ONE/apply.sh & one=$!
          dash $TWO/apply.sh & two=$!
          wait $one; wait $two
          dash $ONE/check.sh --status > /run/status || dash $TWO/check.sh --status > /run/status
        done
        exec 8>>/run/netpolc/lock; flock 8
        NETPOLC_LOCK_SECONDS=1 expect 2 dash $ONE/apply.sh
        `,
        setting(root, backend),
      )
      assert.is(status, 0, out + err)
      assert.match(
        err,
        /^netpolc: NP7005: another run holds \/run\/netpolc\/lock since 1 seconds: .*\n$/,
      )
    }))
}

test.run()
