// The process of the lab's agent, wire.py: one line of JSON there, one line back.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { collect } from './scripts.ts'

const agentPath = fileURLToPath(new URL('wire.py', import.meta.url))

/** A running agent. */
export interface Agent {
  /** Its process, which is in the namespaces of the node. */
  readonly pid: number
  /** The answer to a request; throws what the agent says went wrong. */
  ask(request: object): Promise<unknown>
  /** Ends the agent, and with it its namespaces. */
  end(): Promise<void>
}

interface Waiting {
  readonly settle: (answer: unknown) => void
  readonly fail: (problem: Error) => void
}

/** Starts an agent, which answers in the order of the requests. */
export function startAgent(): Agent {
  const words = ['--net', '--mount', 'python3', '-BS', agentPath]
  const child = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting: Waiting[] = []
  const said = collect(child.stderr)
  const ended = new Promise<void>((settle) => {
    child.on('close', (status) => {
      const problem = new Error(`the lab ended with ${status}: ${said()}`)
      for (const { fail } of waiting.splice(0)) fail(problem)
      settle()
    })
  })
  // What it does not read any more is told by its end.
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as { ok?: unknown; error?: string }
    const next = waiting.shift()
    if (answer.error === undefined) next?.settle(answer.ok)
    else next?.fail(new Error(`the lab: ${answer.error}`))
  })
  return {
    pid: child.pid ?? 0,
    ask: (request) =>
      new Promise((settle, fail) => {
        if (child.exitCode !== null) return fail(new Error(`the lab has ended: ${said()}`))
        waiting.push({ settle, fail })
        child.stdin.write(`${JSON.stringify(request)}\n`)
      }),
    end: () => {
      child.stdin.end()
      return ended
    },
  }
}
