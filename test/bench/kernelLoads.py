"""How long rules take to load: bench of firewalls, the other side of kernel.ts.

Reads a JSON list from standard input: loads, each with `name`, `before` (a script that is not timed),
`steps` (scripts that are) and `repeats`. Every repeat has a network namespace of its own. Prints one JSON
object a load: the seconds of each step of the fastest repeat.

Run as `unshare --net --mount python3 kernelLoads.py`.
"""

import ctypes
import json
import subprocess
import sys
import time

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000


def timed(name, script):
    began = time.perf_counter()
    done = subprocess.run(['sh', '-ec', script], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'{name}: {done.stdout}{done.stderr}')
    return time.perf_counter() - began


def load(one):
    if _libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'unshare')
    timed(one['name'], one['before'])
    return [timed(one['name'], step) for step in one['steps']]


def main():
    # The lock and the work folder of apply.sh.
    subprocess.run(['mount', '-t', 'tmpfs', 'bench', '/run'], check=True)
    for one in json.load(sys.stdin):
        best = min((load(one) for _ in range(one['repeats'])), key=sum)
        print(json.dumps({'name': one['name'], 'seconds': best}), flush=True)


if __name__ == '__main__':
    main()
