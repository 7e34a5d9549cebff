// The options that the installed iptables tells of, by asking it for help.

/** Extensions with the options that are read. */
export type OptionTables = ReadonlyMap<string, { readonly options: ReadonlyMap<string, unknown> }>

type Run = (tool: string, words: readonly string[]) => { readonly stdout: Buffer }

/** Protocols that have to be named before their extension. */
const protocols: readonly string[] = ['tcp', 'udp', 'sctp', 'dccp', 'icmp', 'esp', 'ah', 'ipcomp']

/** Options of an extension as its help names them; none for an extension that is not installed. */
export function helpOptions(name: string, flag: '-m' | '-j', run: Run): readonly string[] {
  const protocol = protocols.includes(name) ? ['-p', name] : name === 'icmp6' ? ['-p', '58'] : []
  const found = ['iptables', 'ip6tables'].flatMap((tool) => {
    const lines = run(tool, [...protocol, flag, name, '--help'])
      .stdout.toString()
      .split('\n')
    const general = run(tool, ['--help']).stdout.toString().split('\n')
    const own = lines.filter((line) => !general.includes(line)).join('\n')
    return [...own.matchAll(/(?:^|[\s[|(,])--([a-z0-9][a-z0-9-]*)/gm)].map(([, word = '']) => word)
  })
  return [...new Set(found)]
}
