// Scripts in the namespaces of a lab's node.
import { spawn, spawnSync } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Outcome } from './tools.ts'

/** A script that runs beside us. */
export interface Running {
  /** SIGKILL to it and all that it started. */
  kill(): void
  readonly ended: Promise<Outcome>
}

function wordsInside(pid: number, script: string): readonly string[] {
  const where = ['--target', String(pid), '--net', '--mount', `--wd=${process.cwd()}`]
  return [...where, 'bash', '-ec', script]
}

/** Runs a bash script in the namespaces of a process and waits for it. */
export function runInside(pid: number, script: string): Outcome {
  const { status, stdout, stderr } = spawnSync('nsenter', wordsInside(pid, script), {
    maxBuffer: 1 << 28,
  })
  return { status, out: stdout.toString(), err: stderr.toString() }
}

/** Starts one, in a group of its own, so that all of it can be killed; `running` holds it till it ends. */
export function startInside(pid: number, script: string, running: Set<Running>): Running {
  const child = spawn('nsenter', wordsInside(pid, script), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = [collect(child.stdout), collect(child.stderr)]
  const ended = new Promise<Outcome>((settle) => {
    child.on('close', (status) => settle({ status, out: out(), err: err() }))
  })
  const kill = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    process.kill(-child.pid, 'SIGKILL')
  }
  const one = { kill, ended }
  running.add(one)
  process.once('exit', kill)
  ended.finally(() => {
    running.delete(one)
    process.off('exit', kill)
  })
  return one
}

/** What a stream says until it is asked for. */
export function collect(stream: Readable): () => string {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString()
}
