// The program: which commands there are, and what becomes of their answers.
import { Command, CommanderError } from 'commander'
import { type ExitCode, exitCodes, type Terminal } from './terminal.ts'

/** Runs the words after the program's name; the answer is the exit code. Never throws. */
export async function runProgram(
  words: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine
  try {
    const program = makeProgram(terminal, version)
    if (needsCommands(words)) {
      const { addAudit } = await import('./auditCommand.ts')
      const { addCompile } = await import('./compileCommand.ts')
      const { addDiff } = await import('./diffCommand.ts')
      const { addExplain } = await import('./explainCommand.ts')
      const { addMigrate } = await import('./migrateCommand.ts')
      const finish = (answer: ExitCode): void => {
        code = answer
      }
      addAudit(program, { terminal, version, finish })
      addCompile(program, { terminal, version, finish })
      addDiff(program, { terminal, version, finish })
      addExplain(program, { terminal, version, finish })
      addMigrate(program, { terminal, version, finish })
    }
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.fine : exitCodes.invalid
    }
    reportCrash(error, terminal)
    return exitCodes.internal
  }
}

function makeProgram({ out, err }: Terminal, version: string): Command {
  return new Command('netpolc')
    .description('Compiles Kubernetes network policies, whatever their dialect, to native rules.')
    .version(version, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: out, writeErr: err })
}

// Commands bring all readers and emitters along, which asking for the version need not wait for.
function needsCommands(words: readonly string[]): boolean {
  return words[0] !== '--version' && words[0] !== '-V'
}

function reportCrash(error: unknown, { err }: Terminal): void {
  const reason = error instanceof Error ? error.message : String(error)
  err(`internal error: ${reason}\nThis is a fault of netpolc: please report it with the input.\n`)
}
