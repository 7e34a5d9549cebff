#!/usr/bin/env node
// The executable: binds the program to this process.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { runProgram } from './program.ts'
import { colour, exitCodes, noColour, type Terminal } from './terminal.ts'

const isColourful = process.stderr.isTTY === true && !process.env.NO_COLOR

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdin: () => readFileSync(0),
  paint: isColourful ? colour : noColour,
}

// A reader that has seen enough (`netpolc … | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.fine : exitCodes.internal)
})

process.exitCode = await runProgram(process.argv.slice(2), terminal, readVersion())

function readVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('netpolc/package.json')
  return version
}
