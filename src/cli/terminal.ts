// What a command sees of the process, so that tests can hand it something else.
import { styleText } from 'node:util'
import type { Paint } from '../diagnostics/render.ts'

/** The outside world of a command. */
export interface Terminal {
  /** Data. */
  readonly out: (text: string) => void
  /** Messages. */
  readonly err: (text: string) => void
  /** All of standard input, as bytes. */
  readonly stdin: () => Uint8Array
  readonly paint: Paint
}

/** Exit codes of every command. */
export const exitCodes = { fine: 0, no: 1, invalid: 2, internal: 3 } as const

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const styles = {
  error: ['red', 'bold'],
  warning: ['yellow', 'bold'],
  note: ['cyan', 'bold'],
  bold: ['bold'],
  dim: ['dim'],
} as const

/** Colours text for a terminal. */
export const colour: Paint = (style, text) =>
  styleText([...styles[style]], text, { validateStream: false })

/** Leaves text alone. */
export const noColour: Paint = (_style, text) => text
