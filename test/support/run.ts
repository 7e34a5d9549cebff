// Runs the command line inside of the test's process and collects what it says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../../src/cli/program.ts'
import { noColour } from '../../src/cli/terminal.ts'

/** What a command answered. */
export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `netpolc` with these words; `stdin` is what standard input holds. */
export async function netpolc(words: readonly string[], stdin = ''): Promise<Answer> {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string): void => {
      out += text
    },
    err: (text: string): void => {
      err += text
    },
    stdin: (): Uint8Array => new TextEncoder().encode(stdin),
    paint: noColour,
  }
  const code = await runProgram(words, terminal, '0.0.0-test')
  return { code, out, err }
}

/** Makes an empty directory for one test and removes it with all it holds. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'netpolc-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
